/// Where our answers differ from BIND's on purpose. A rule makes the two alike in what it is about, so
/// that everything else is still compared.
enum Policy {
    static func apply(
        to question: Question, ours: inout Answer, theirs: inout Answer
    ) {
        // We keep the case of the question, BIND that of the zone; names are the same in any case.
        ours.foldCase()
        theirs.foldCase()
        truncation(&ours, &theirs)
        referral(&ours, theirs)
        loop(&ours, theirs)
        anyBelowDNAME(question, &ours, theirs)
        servers(question, &ours, theirs)
    }

    /// A truncated answer is asked for again over TCP: what it holds is nobody's (RFC 2181 §9). BIND
    /// then also gives back the AD bit of the question.
    private static func truncation(_ ours: inout Answer, _ theirs: inout Answer) {
        guard ours.flags.contains("tc"), theirs.flags.contains("tc") else { return }
        ours.sections = [:]
        theirs.sections = [:]
        theirs.flags.remove("ad")
    }

    /// With a referral we give the addresses of all its name servers that the zone has, BIND only of
    /// those below the delegation.
    private static func referral(_ ours: inout Answer, _ theirs: Answer) {
        let authority = ours.sections["AUTHORITY", default: []]
        guard !ours.flags.contains("aa"), !authority.isEmpty else { return }
        let servers = Set(authority.filter { $0.contains(" in ns ") }.compactMap(lastWord))
        ours.sections["ADDITIONAL"] = ours.sections["ADDITIONAL"]?.filter { record in
            theirs.sections["ADDITIONAL", default: []].contains(record)
                || !servers.contains(firstWord(record))
        }
        if ours.sections["ADDITIONAL"]?.isEmpty == true { ours.sections["ADDITIONAL"] = nil }
    }

    /// The same chain of aliases that bite their tail is an answer to us, NSD and Knot, a failure to BIND.
    private static func loop(_ ours: inout Answer, _ theirs: Answer) {
        guard theirs.status == "SERVFAIL", ours.status == "NOERROR" else { return }
        let chain = ours.sections["ANSWER", default: []]
        let owners = Set(chain.map(firstWord))
        if !chain.isEmpty, chain.allSatisfy({ $0.contains(" in cname ") && owners.contains(lastWord($0)) }) {
            ours.status = "SERVFAIL"
        }
    }

    /// Below a DNAME we follow the alias for ANY too (RFC 6672 §3.2 makes no exception), as NSD and Knot
    /// do; BIND stops at it. All that BIND says we say.
    private static func anyBelowDNAME(_ question: Question, _ ours: inout Answer, _ theirs: Answer) {
        let answer = theirs.sections["ANSWER", default: []]
        guard question.type == "ANY", let dname = answer.first(where: { $0.contains(" in dname ") }),
            firstWord(dname) != question.name + ".", answer.isSubset(of: ours.sections["ANSWER", default: []])
        else { return }
        ours = theirs
    }

    /// Who takes 512 octets gets the servers of a zone with their addresses all the same; they are left
    /// out where they don't fit.
    private static func servers(_ question: Question, _ ours: inout Answer, _ theirs: Answer) {
        guard question.type == "NS", question.options.contains("+bufsize=512"), theirs.flags.contains("aa")
        else { return }
        ours.sections["ADDITIONAL"] = theirs.sections["ADDITIONAL"]
    }

    private static func firstWord(_ record: String) -> String { String(record.prefix { $0 != " " }) }

    private static func lastWord(_ record: String) -> String {
        record.split(separator: " ").last.map(String.init) ?? ""
    }
}
