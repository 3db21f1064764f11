import Addresses
import Testing

@testable import HostNetwork

@Suite("The kernel's settings") struct SettingsTests {
    @Test("dots in an interface's name stay apart from those between folders (sysctl.d(5))")
    func names() {
        let setting = Sysctl.ipv4("eth0.100", "arp_ignore")
        #expect(setting.path == "/proc/sys/net/ipv4/conf/eth0.100/arp_ignore")
        #expect(setting.name == "net.ipv4.conf.eth0/100.arp_ignore")
        #expect(Sysctl.forwarding.name == "net.ipv4.ip_forward")
    }

    @Test("a setting that the kernel doesn't have is an error that names its file")
    func missing() {
        let setting = Sysctl("net", "no_such_setting")
        #expect(setting.value == nil)
        do {
            _ = try setting.read()
            Issue.record("it is there")
        } catch {
            #expect(error.description == "read /proc/sys/net/no_such_setting: No such file or directory")
            #expect(error.errno == 2)
        }
    }

    @Test("a record is read as it was written")
    func record() {
        var record = PreparationRecord()
        record.settings = ["net.ipv4.conf.all.arp_ignore": "0", "net.ipv4.conf.all.arp_announce": "1"]
        record.addresses = [IPAddress("192.168.214.140")!, IPAddress("2001:db8::140")!]
        #expect(PreparationRecord(text: record.text) == record)
        let error = #expect(throws: HostNetworkError.self) { try record.write("/nowhere/record") }
        #expect(error?.description == "write /nowhere/record.new: No such file or directory")
        #expect(PreparationRecord(text: "nonsense\nadd x\nset a\n") == PreparationRecord())
    }

    @Test(
        "controllers are known by their command lines",
        arguments: [
            ("/usr/sbin/keepalived\0-n\0", "keepalived"),
            ("/usr/bin/perl\0-w\0/usr/sbin/ldirectord\0ldirectord.cf\0start\0", "ldirectord"),
            ("ldirectord /etc/ha.d/ldirectord.cf\0", "ldirectord"),
            ("/usr/bin/vi\0/etc/ha.d/ldirectord\0", nil),
            ("/usr/bin/keepalived-exporter\0", nil),
            ("", nil),
        ] as [(String, String?)])
    func controllers(commandLine: String, name: String?) {
        #expect(Controller.name(ofCommandLine: commandLine) == name)
    }
}
