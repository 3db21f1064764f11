import Privileges
import Testing

@Suite("Network namespaces")
struct NetworkNamespaceTests {
    @Test("By the name of ip netns, or by path")
    func path() {
        #expect(NetworkNamespace.path(of: "lvs") == "/run/netns/lvs")
        #expect(NetworkNamespace.path(of: "/proc/1/ns/net") == "/proc/1/ns/net")
    }

    @Test("In the own one nothing is done")
    func own() throws {
        // Where the program began anew, this test would never end.
        try NetworkNamespace.enter("/proc/thread-self/ns/net")
    }

    @Test("One that isn't there is named")
    func missing() {
        #expect {
            try NetworkNamespace.enter("no-such-namespace")
        } throws: { error in
            "\(error)" == "network namespace 'no-such-namespace': No such file or directory"
        }
    }
}
