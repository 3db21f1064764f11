import Addresses
import Diagnostics

/// Reads an ldirectord.cf into its model. Stricter scanners than the grammar needs are not copied: blanks, tabs,
/// carriage returns, comments and missing quotes are forgiven, and a blank line does not end a virtual server.
struct LdirectordReader {
    private let reading: Reading
    private var file = LdirectordFile()
    private var first: [String: Place] = [:]
    /// Whether lines belong to a virtual server whose own line has a mistake.
    private var isInBrokenVirtual = false

    static func read(_ source: Source, reading: Reading) -> LdirectordFile {
        var reader = LdirectordReader(reading: reading)
        for line in LdirectordLine.lines(of: source) { reader.read(line) }
        return reader.file
    }

    private init(reading: Reading) {
        self.reading = reading
    }

    static let global = [
        "checktimeout", "negotiatetimeout", "checkinterval", "checkcount", "failurecount", "autoreload",
        "callback",
        "fallback", "fallback6", "fallbackcommand", "logfile", "emailalert", "emailalertfrom", "emailalertfreq",
        "emailalertstatus", "smtp", "execute", "supervised", "fork", "quiescent", "readdquiescent", "cleanstop",
        "maintenancedir",
    ]
    static let perVirtual = [
        "real", "real6", "checktype", "service", "checkcommand", "checkport", "request", "receive",
        "httpmethod",
        "virtualhost", "login", "passwd", "database", "secret", "load", "scheduler", "schedflags", "persistent",
        "netmask", "protocol", "ops", "monitorfile", "servicename", "comment", "checktimeout",
        "negotiatetimeout",
        "checkcount", "failurecount", "checkinterval", "fallback", "fallback6", "fallbackcommand", "quiescent",
        "cleanstop", "emailalert", "emailalertfreq", "emailalertstatus", "smtp",
    ]

    private mutating func read(_ line: LdirectordLine) {
        let name = line.name.value
        if name == "virtual" || name == "virtual6", line.value != nil {
            virtual(line)
            return
        }
        let isVirtualOpen = !file.virtuals.isEmpty || isInBrokenVirtual
        if line.isIndented, isVirtualOpen {
            directive(line, known: Self.perVirtual, of: "a virtual server")
        } else if Self.perVirtual.contains(name), !Self.global.contains(name) {
            reading.error(
                "'\(name)' belongs to a virtual server", at: line.name.place,
                hint: isVirtualOpen ? "indent it by four blanks" : "it stands below 'virtual=', indented")
        } else {
            directive(line, known: Self.global, of: "the global part")
        }
    }

    private mutating func virtual(_ line: LdirectordLine) {
        isInBrokenVirtual = true
        guard let value = value(line) else { return }
        let family: AddressFamily = line.name.value == "virtual6" ? .v6 : .v4
        if value.text.hasPrefix("["), family == .v4 {
            value.fail("an IPv6 address stands in 'virtual6'")
            return
        }
        guard let target = value.virtual() else { return }
        file.virtuals.append(LdirectordFile.Virtual(target: target, family: family, place: value.place))
        isInBrokenVirtual = false
        first = first.filter { !$0.key.hasPrefix(" ") }
    }

    private func value(_ line: LdirectordLine) -> LdirectordValue? {
        guard let value = line.value else {
            reading.error("'=' is expected after '\(line.name.value)'", at: line.name.place)
            return nil
        }
        return LdirectordValue(
            name: line.name.value, text: value.value,
            place: value.value.isEmpty ? line.name.place : value.place,
            reading: reading)
    }

    private mutating func directive(_ line: LdirectordLine, known: [String], of part: String) {
        let name = line.name.value
        if name == "supervised", line.value == nil {
            file.isSupervised = Located(true, line.name.place)
            reading.warning("write 'supervised=yes'", at: line.name.place)
            return
        }
        guard known.contains(name) else {
            unknown(line, known: known, of: part)
            return
        }
        guard let value = value(line) else { return }
        let isVirtual = known.count == Self.perVirtual.count
        if isVirtual, isInBrokenVirtual {
            var forgotten = LdirectordFile.Virtual(
                target: .mark(1), family: name.hasSuffix("6") ? .v6 : .v4, place: value.place)
            read(value, into: &forgotten)
            return
        }
        warnIfRepeated(line, isVirtual: isVirtual)
        if isVirtual {
            read(value, into: &file.virtuals[file.virtuals.count - 1])
        } else {
            read(value)
        }
    }

    /// The last one counts, in ldirectord too.
    private mutating func warnIfRepeated(_ line: LdirectordLine, isVirtual: Bool) {
        let name = line.name.value
        if ["real", "real6", "execute"].contains(name) { return }
        let key = isVirtual ? " " + name : name
        if let other = first[key] {
            reading.warning(
                "'\(name)' is written twice: this one counts", at: line.name.place,
                notes: [Diagnostic.Note("first written here", at: other.position)])
        }
        first[key] = line.name.place
    }

    private func unknown(_ line: LdirectordLine, known: [String], of part: String) {
        let name = line.name.value
        let hint: String?
        switch name {
        case "timeout", "connecttimeout": hint = "it was replaced by 'checktimeout' and 'negotiatetimeout'"
        case _ where Self.global.contains(name): hint = "it belongs to the global part, not indented"
        case "virtual", "virtual6": hint = "write '\(name)=ADDRESS:PORT'"
        case _ where known.contains { name.hasPrefix($0 + " ") }: hint = "write '=' before the value"
        default: hint = suggestion(for: name, among: known).map { "did you mean '\($0)'?" }
        }
        reading.error("unknown directive '\(name)' in \(part)", at: line.name.place, hint: hint)
    }

    // MARK: The global part

    private mutating func read(_ value: LdirectordValue) {
        switch value.name {
        case "autoreload": file.autoreload = value.boolean()
        case "callback": file.callback = value.string()
        case "logfile": file.log = value.string().map { reading.log($0.value, at: $0.place) }
        case "execute":
            if let other = value.string() { file.execute.append(other) }
        case "supervised": file.isSupervised = value.boolean()
        case "fork": file.forks = value.boolean()
        case "readdquiescent": file.readdQuiescent = value.boolean()
        case "maintenancedir": file.maintenanceDirectory = value.string()
        case "emailalertfrom": file.emailAlertFrom = value.string()
        default: read(value, into: &file.common)
        }
    }

    /// Tells that a directive is known, but does nothing yet.
    private func noEffect(_ value: LdirectordValue) {
        reading.ignoreLdirectord(value.name, at: value.place)
    }

    private func read(_ value: LdirectordValue, into common: inout LdirectordFile.Common) {
        switch value.name {
        case "checktimeout": common.checkTimeout = value.number(1...86_400)
        case "negotiatetimeout": common.negotiateTimeout = value.number(1...86_400)
        case "checkinterval": common.checkInterval = value.number(1...86_400)
        case "checkcount": common.checkCount = value.number(1...Int.max)
        case "failurecount": common.failureCount = value.number(1...1_000_000)
        case "fallback": common.fallback = value.fallback()
        case "fallback6": common.fallback6 = value.fallback()
        case "fallbackcommand": common.fallbackCommand = value.string()
        case "quiescent": common.isQuiescent = value.boolean()
        case "cleanstop": common.cleanstop = value.boolean()
        case "emailalert": common.emailAlert = value.string()
        case "emailalertfreq": common.emailAlertFrequency = value.number(0...31_622_400)
        case "emailalertstatus": common.emailAlertStatus = statuses(value)
        case "smtp": common.smtp = value.string()
        default: break
        }
    }

    private func statuses(_ value: LdirectordValue) -> Located<[String]>? {
        let known = ["all", "none", "starting", "running", "stopping", "reloading"]
        let words = value.text.split(separator: ",", omittingEmptySubsequences: false).map {
            $0.drop(while: \.isWhitespace).prefix { !$0.isWhitespace }
        }
        for word in words where !known.contains(String(word)) {
            value.fail("a status is \(list(known)), not '\(word)'", at: value.located(word).place)
            return nil
        }
        if words.count > 1, words.contains("none") {
            value.fail("'none' can't stand with others")
            return nil
        }
        return Located(words.map(String.init), value.place)
    }

    // MARK: One virtual server

    private func read(_ value: LdirectordValue, into virtual: inout LdirectordFile.Virtual) {
        switch value.name {
        case "real", "real6", "fallback", "fallback6":
            let base = value.name.hasPrefix("real") ? "real" : "fallback"
            let wanted = virtual.family == .v6 ? base + "6" : base
            if value.name != wanted {
                return value.fail("'\(wanted)' is what belongs here, not '\(value.name)'")
            }
            if base == "fallback" { return read(value, into: &virtual.common) }
            if let real = value.real() { virtual.reals.append(real) }
        case "checktype": virtual.checkType = checkType(value)
        case "service": virtual.service = value.word(among: LdirectordService.names)
        case "checkcommand": virtual.checkCommand = value.string()
        case "checkport":
            virtual.checkPort = value.number(1...65_535).map { Located(UInt16($0.value), $0.place) }
        case "request": virtual.request = value.string()
        case "receive": virtual.receive = value.string()
        case "httpmethod":
            let upper = LdirectordValue(
                name: value.name, text: value.text.uppercased(), place: value.place, reading: reading)
            virtual.httpMethod = upper.word(among: ["GET", "HEAD"])
        case "virtualhost": virtual.virtualHost = value.string(allowsEmpty: true)
        case "login": virtual.login = value.string()
        case "passwd": virtual.password = value.string()
        case "database": virtual.database = value.string()
        case "secret": virtual.secret = value.string()
        case "load":
            virtual.load = value.string()
            noEffect(value)
        case "scheduler": virtual.scheduler = scheduler(value)
        case "schedflags": virtual.schedulerFlags = flags(value)
        // The kernel's bound is 31 days.
        case "persistent": virtual.persistent = value.number(1...2_678_400)
        case "netmask": virtual.netmask = netmask(value, virtual.family)
        case "protocol": virtual.transport = transport(value)
        case "ops": virtual.onePacket = value.boolean()
        case "monitorfile": virtual.monitorFile = value.string()
        case "servicename": virtual.serviceName = value.string(allowsEmpty: true)
        case "comment": virtual.comment = value.string(allowsEmpty: true)
        default: read(value, into: &virtual.common)
        }
    }

    /// A value that holds a digit is a count of connections, as in ldirectord (`connect2` is 2).
    private func checkType(_ value: LdirectordValue) -> Located<LdirectordFile.CheckType>? {
        let names = LdirectordFile.CheckType.names
        let digits = value.text.drop { !value.isDigit($0) }.prefix(while: value.isDigit)
        if !digits.isEmpty { return Located(.combined(Int(digits) ?? .max), value.place) }
        guard let word = value.word(among: names.keys.sorted()), let type = names[word.value] else {
            return nil
        }
        return Located(type, word.place)
    }

    private func scheduler(_ value: LdirectordValue) -> Located<String>? {
        let word = value.text.prefix { ("a"..."z").contains($0) }
        guard !word.isEmpty, word.count == value.text.count else {
            value.fail("a scheduler's name is small letters, not '\(value.text)'")
            return nil
        }
        return value.located(word)
    }

    private func flags(_ value: LdirectordValue) -> Located<[Located<String>]>? {
        let flags = value.text.split { $0 == "," || $0.isWhitespace }
        if flags.isEmpty { value.fail("'schedflags' needs a value") }
        return Located(flags.map { value.located($0) }, value.place)
    }

    private func netmask(_ value: LdirectordValue, _ family: AddressFamily) -> Located<String>? {
        let isLength = decimal(value.text) != nil
        if isLength == (family == .v6), Netmask.length(value.text, family) != nil {
            return Located(value.text, value.place)
        }
        value.fail(
            family == .v6
                ? "a netmask is a length from 1 to 128 here, not '\(value.text)'"
                : "a netmask is a dotted quad as 255.255.255.0, not '\(value.text)'")
        return nil
    }

    private func transport(_ value: LdirectordValue) -> Located<LdirectordFile.TransportName>? {
        let names = LdirectordFile.TransportName.allCases.map(\.rawValue)
        guard let word = value.word(among: names) else { return nil }
        return LdirectordFile.TransportName(rawValue: word.value).map { Located($0, word.place) }
    }
}

extension Reading {
    /// Where a log goes that is written as a path or a facility of syslog.
    func log(_ text: String, at place: Place) -> LogPlace {
        if text.hasPrefix("/") { return .file(text) }
        if let facility = SyslogFacility(name: text) { return .syslog(facility) }
        let known = SyslogFacility.allCases.map { "\($0)" }
        warning(
            "no facility of syslog is named '\(text)': 'daemon' is used", at: place,
            hint: text.contains("/")
                ? "a file's path begins with '/'"
                : suggestion(for: text, among: known).map { "did you mean '\($0)'?" })
        return .syslog(.daemon)
    }

    /// Notes that a directive of ldirectord.cf has no effect here.
    func ignoreLdirectord(_ name: String, at place: Place) {
        ignore(name, .ldirectord, at: place)
    }
}
