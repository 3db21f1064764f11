/// The services that ldirectord knows, and their ports.
enum LdirectordService {
    static let ports: [(name: String, port: UInt16)] = [
        ("ftp", 21), ("smtp", 25), ("dns", 53), ("http", 80), ("pop", 110), ("nntp", 119), ("imap", 143),
        ("ldap", 389), ("https", 443), ("submission", 587), ("ldaps", 636), ("imaps", 993), ("pops", 995),
        ("oracle", 1521), ("radius", 1812), ("http_proxy", 3128), ("mysql", 3306), ("sip", 5060),
        ("pgsql", 5432),
    ]

    static let names = (ports.map(\.name) + ["none", "simpletcp"]).sorted()

    /// What a port stands for where no service is written.
    static func service(ofPort port: UInt16) -> String {
        ports.first { $0.port == port }?.name ?? "none"
    }

    /// The port that a service stands for.
    static func port(of service: String) -> UInt16? {
        ports.first { $0.name == service }?.port
    }
}
