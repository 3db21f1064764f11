import Director
import Testing

@Suite("What an admin's word means")
struct SubjectPatternTests {
    @Test(
        "A real server is called by its address and port, its address, and with its virtual server",
        arguments: [
            ("10.0.0.1:80", true), ("10.0.0.1", true), ("10.0.0.*", true), ("10.0.0.?", true),
            ("*", true),
            ("*:80", true), ("tcp 192.0.2.1:80/10.0.0.1:80", true), ("tcp 192.0.2.*/10.0.0.1", true),
            ("10.0.0.2", false), ("10.0.0", false), ("0.0.0.1", false), ("10.0.0.??", false), ("", false),
            ("real-server 10.0.0.1", true), ("*1*0*", true), ("**", true), ("192.0.2.1", false),
        ])
    func realServer(text: String, fits: Bool) {
        let names = SubjectPattern.names(ofRealServer: "10.0.0.1:80", in: "tcp 192.0.2.1:80")
        #expect(SubjectPattern(text).fits(names) == fits)
    }

    @Test(
        "IPv6, and virtual servers",
        arguments: [
            ("2001:db8::1", SubjectPattern.names(ofRealServer: "[2001:db8::1]:80", in: "fwmark 1"), true),
            (
                "[2001:DB8::1]:80", SubjectPattern.names(ofRealServer: "[2001:db8::1]:80", in: "fwmark 1"),
                true
            ),
            ("tcp 192.0.2.1:80", SubjectPattern.names(ofVirtualServer: "tcp 192.0.2.1:80"), true),
            ("192.0.2.1:80", SubjectPattern.names(ofVirtualServer: "tcp 192.0.2.1:80"), true),
            ("fwmark 1", SubjectPattern.names(ofVirtualServer: "fwmark 1"), true),
            ("1", SubjectPattern.names(ofVirtualServer: "fwmark 1"), false),
        ])
    func others(text: String, names: [String], fits: Bool) {
        #expect(SubjectPattern(text).fits(names) == fits)
    }

    @Test("A kind may stand in front")
    func kind() {
        #expect(SubjectPattern("vip 192.0.2.1").kind == .vip)
        #expect(SubjectPattern("virtual-server tcp 192.0.2.1:80").text == "tcp 192.0.2.1:80")
        #expect(SubjectPattern("tcp 192.0.2.1:80").kind == nil)
    }

    @Test("A hostile pattern costs no more than any other")
    func hostile() {
        let pattern = SubjectPattern(String(repeating: "*a", count: 2000) + "b")
        #expect(!pattern.fits([String(repeating: "a", count: 4000)]))
    }
}
