/// The candidate that a misspelt word probably means: the nearest by edits (a swap of neighbours is
/// one), at most a third of the word's letters away, of equals one that begins alike; nil if there is none.
public func suggestion(for word: String, among candidates: some Sequence<String>) -> String? {
    let limit = max(1, word.count / 3)
    let letters = Array(word.lowercased())
    var best: (rank: Int, candidate: String)?
    for candidate in candidates {
        let others = Array(candidate.lowercased())
        let distance = editDistance(letters, others)
        if distance > limit { continue }
        let rank = distance * 2 + (letters.first == others.first ? 0 : 1)
        if rank < (best?.rank ?? .max) { best = (rank, candidate) }
    }
    return best?.candidate
}

/// The optimal string alignment distance.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    if abs(a.count - b.count) > 8 || a.count > 64 { return .max }
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in 0..<a.count {
        var row = [i + 1]
        for j in 0..<b.count {
            var cost = min(last[j] + (a[i] == b[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
            row.append(cost)
        }
        beforeLast = last
        last = row
    }
    return last[b.count]
}
