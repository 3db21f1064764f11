import Diagnostics
import Director

extension LdirectordValue {
    /// A host and a port: `192.0.2.1:80`, `[2001:db8::1]:http`, `host`. Two colons before the port, which the sample
    /// file of ldirectord has, are read as one.
    func endpoint(_ text: Substring) -> (host: Located<String>, port: Located<String>?)? {
        if text.first == "[" {
            guard let close = text.firstIndex(of: "]") else {
                fail("']' is missing", at: located(text).place)
                return nil
            }
            let host = located(text[text.index(after: text.startIndex)..<close])
            let rest = text[text.index(after: close)...]
            if rest.isEmpty { return (host, nil) }
            return port(rest).map { (host, $0) }
        }
        guard let colon = text.firstIndex(of: ":") else { return (located(text), nil) }
        let host = located(text[..<colon])
        if host.value.isEmpty {
            fail("an address or a host's name is missing", at: located(text).place)
            return nil
        }
        var rest = text[colon...]
        if rest.hasPrefix("::"), !rest.dropFirst(2).contains(":") {
            reading.warning("'::' is read as ':'", at: located(rest.prefix(2)).place)
            rest = rest.dropFirst()
        }
        if rest.dropFirst().contains(":") {
            fail("an IPv6 address stands in brackets: '[\(text)]'", at: located(text).place)
            return nil
        }
        return port(rest).map { (host, $0) }
    }

    private func port(_ text: Substring) -> Located<String>? {
        let port = text.dropFirst()
        if text.first == ":", !port.isEmpty { return located(port) }
        fail("a port is expected after ':'", at: located(text).place)
        return nil
    }

    /// The value of `virtual` and `virtual6`. What follows is left out, as ldirectord leaves it out.
    func virtual() -> LdirectordFile.Target? {
        let word = text.prefix { !$0.isWhitespace }
        if word.count != text.count { reading.warning("what follows '\(word)' is left out", at: place) }
        if !word.isEmpty, word.allSatisfy(isDigit) {
            guard let mark = UInt32(word), mark > 0 else {
                fail("a firewall mark is from 1 to \(UInt32.max), not \(word)")
                return nil
            }
            return .mark(mark)
        }
        guard let (host, port) = endpoint(word) else { return nil }
        guard let port else {
            fail("'\(name)' needs an address with a port, or a firewall mark, not '\(text)'")
            return nil
        }
        return .endpoint(host: host, port: port)
    }

    /// The value of `fallback` and `fallback6`.
    func fallback() -> Located<LdirectordFile.Fallback>? {
        let parts = text.split(whereSeparator: \.isWhitespace)
        guard let first = parts.first else {
            fail("'\(name)' needs an address")
            return nil
        }
        guard let (host, port) = endpoint(first) else { return nil }
        if parts.count > 2 { fail("unexpected '\(parts[2])'", at: located(parts[2]).place) }
        guard let forwarding = forwarding(parts.dropFirst().first ?? "gate") else { return nil }
        return Located(LdirectordFile.Fallback(host: host, port: port, forwarding: forwarding), place)
    }

    private func forwarding(_ word: Substring) -> Forwarding? {
        if let forwarding = Forwarding(rawValue: String(word)) { return forwarding }
        fail(
            "the forwarding method must be gate, masq or ipip, not '\(word)'", at: located(word).place)
        return nil
    }

    /// The value of `real` and `real6`.
    func real() -> LdirectordFile.Real? {
        let word = text.prefix { !$0.isWhitespace }
        var rest = text[word.endIndex...]
        let hosts = word.range(ofArrow: "->")
        let firstText = hosts.map { word[..<$0.lowerBound] } ?? word
        let lastText = hosts.map { word[$0.upperBound...] }
        guard let (host, firstPort) = endpoint(firstText) else { return nil }
        var real = LdirectordFile.Real(
            host: host, port: firstPort, forwarding: .gate, place: located(word).place)
        if let lastText {
            if let firstPort {
                fail("the port stands after the last address of a range", at: firstPort.place)
                return nil
            }
            guard let (lastHost, port) = endpoint(lastText) else { return nil }
            real.lastHost = lastHost
            real.port = port
        }
        let method = nextWord(&rest)
        if method.isEmpty {
            fail("the forwarding method is missing: gate, masq or ipip", at: real.place)
            return nil
        }
        guard let forwarding = forwarding(method) else { return nil }
        real.forwarding = forwarding
        return options(&rest, &real) ? real : nil
    }

    /// What may follow the forwarding method, in this order.
    private func options(_ rest: inout Substring, _ real: inout LdirectordFile.Real) -> Bool {
        rest = rest.drop(while: \.isWhitespace)
        if let first = rest.first, isDigit(first) {
            let digits = nextWord(&rest)
            guard let weight = decimal(digits), (0...65_535).contains(weight) else {
                fail("a weight is from 0 to 65535, not '\(digits)'", at: located(digits).place)
                return false
            }
            real.weight = weight
            rest = rest.drop(while: \.isWhitespace)
        }
        if rest.first == "\"" {
            guard let request = quoted(&rest) else { return false }
            rest = rest.drop { $0.isWhitespace }
            if rest.first == "," { rest = rest.dropFirst() }
            rest = rest.drop { $0.isWhitespace }
            guard rest.first == "\"", let receive = quoted(&rest) else {
                fail("a request in quotes is followed by what to receive, in quotes", at: request.place)
                return false
            }
            real.request = request
            real.receive = receive
            rest = rest.drop { $0.isWhitespace }
        }
        while !rest.isEmpty {
            let word = nextWord(&rest)
            guard word.hasPrefix("l:") || word.hasPrefix("u:"), let value = decimal(word.dropFirst(2)),
                (0...Int(Int32.max)).contains(value)
            else {
                fail(
                    "unexpected '\(word)'",
                    hint: "after the method come weight, \"request\", \"receive\", l:N and u:N",
                    at: located(word).place)
                return false
            }
            if word.hasPrefix("l:") { real.lowerThreshold = value } else { real.upperThreshold = value }
            rest = rest.drop(while: \.isWhitespace)
        }
        return true
    }

    private func nextWord(_ rest: inout Substring) -> Substring {
        rest = rest.drop(while: \.isWhitespace)
        let word = rest.prefix { !$0.isWhitespace }
        rest = rest[word.endIndex...]
        return word
    }

    private func quoted(_ rest: inout Substring) -> Located<String>? {
        let start = rest
        let content = rest.dropFirst()
        guard let close = content.firstIndex(of: "\"") else {
            fail("this quoted string has no end", at: located(start.prefix(1)).place)
            return nil
        }
        rest = content[content.index(after: close)...]
        return located(content[..<close])
    }
}

extension Substring {
    /// The first place of an arrow.
    fileprivate func range(ofArrow arrow: String) -> Range<Index>? {
        var index = startIndex
        while index < endIndex {
            if self[index...].hasPrefix(arrow) { return index..<self.index(index, offsetBy: arrow.count) }
            index = self.index(after: index)
        }
        return nil
    }
}
