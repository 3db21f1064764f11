public import Addresses

/// The configuration of BIND's server as the tests have it: authoritative for zones of files, with answers that
/// can be compared.
public enum NamedConfiguration {
    /// Its text.
    /// - Parameters:
    ///   - zones: Names and paths of files.
    ///   - folder: Where all that it writes goes.
    ///   - options: More statements for its `options`.
    public static func text(
        zones: [(name: String, file: String)], at endpoint: Endpoint, folder: String, options: String
    ) -> String {
        """
        options {
            directory "\(folder)";
            listen-on port \(endpoint.port) { \(endpoint.address); };
            listen-on-v6 { none; };
            pid-file none;
            session-keyfile "\(folder)/session.key";
            recursion no;
            dnssec-validation no;
            notify no;
            allow-transfer { none; };
            zero-no-soa-ttl no;
            edns-udp-size 1232;
            max-udp-size 1232;
        \(options)
        };
        controls { };

        """ + zones.map { "zone \"\($0.name)\" { type primary; file \"\($0.file)\"; };\n" }.joined()
    }
}
