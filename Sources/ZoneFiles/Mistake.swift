/// Something wrong in a text, at a range of its bytes.
struct Mistake: Error {
    /// What is wrong, one line without a full stop.
    var message: String
    /// Where.
    var range: Range<Int>
    /// What was probably meant.
    var hint: String?
    /// Whether the data just isn't as its type has it, so that the type's form helps.
    var concernsForm = false
    /// Where to read on, if not behind the entry.
    var resumption: Int?

    init(_ message: String, at range: Range<Int>, hint: String? = nil) {
        self.message = message
        self.range = range
        self.hint = hint
    }
}

/// Something that can be read, but is probably not what was meant.
enum Suspicion {
    /// A quoted text with control bytes in it.
    case controlByteInText
    /// An at sign that isn't the origin.
    case atSignInName
    /// Octets above 127 in a name.
    case nameOutsideASCII
    /// A relative name that ends like the origin.
    case missingFinalDot
}
