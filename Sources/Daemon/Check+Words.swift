internal import Addresses
internal import Health

extension Check {
    /// The check in words: `http 192.0.2.11:80/index.html every 1 s`.
    var words: String {
        if case .constant(let isUp) = method { return isUp ? "on" : "off" }
        return "\(words(method))\(path == nil ? "" : " through the VIP") every \(interval.words)"
    }

    private func words(_ method: Method) -> String {
        switch method {
        case .constant(let isUp): isUp ? "on" : "off"
        case .connect: "connect \(target)"
        case .http(let http) where http.isProxy: "http-proxy \(target) for \(http.path)"
        case .http(let http):
            "\(http.isSecure ? "https" : "http") \(target)\(http.path)\(http.isHTTP2 ? " by HTTP/2" : "")"
        case .service(let service): "\(service.service.rawValue)\(service.isSecure ? "s" : "") \(target)"
        case .exchange(let exchange): "\(exchange.isUDP ? "udp" : "tcp") \(target)"
        case .grpc(let grpc): "grpc \(target)" + (grpc.service.isEmpty ? "" : " about \(grpc.service)")
        case .group(let group):
            (group.needsAll ? "all of " : "any of ")
                + group.parts.map { words($0.method) }.joined(separator: ", ")
        case .agent: "agent \(target)"
        case .ping: "ping \(target.address)"
        case .external(let external): "\(external.command) \(external.arguments.joined(separator: " "))"
        case .alternating(let connections, _, let other): "\(connections) × connect, then \(words(other))"
        }
    }
}
