internal import CPCRE2

/// The owner of PCRE2's compiled form.
///
/// Automatic callouts are compiled in, to count steps; PCRE2's JIT is left aside, since it counts none for
/// the single-character repeats that quadratic patterns are made of.
@safe final class CompiledCode: @unchecked Sendable {
    // The compiled form is written by pcre2_compile alone and only read by pcre2_match (pcre2api,
    // MULTITHREADING), which is what makes sharing it sound.
    private let code: OpaquePointer

    init(_ text: [UInt8]) throws(PatternError) {
        guard text.count <= Pattern.maximumLength else {
            throw PatternError(
                "longer than \(Pattern.maximumLength) bytes", offset: Pattern.maximumLength)
        }
        var errorCode: Int32 = 0
        var errorOffset = 0
        let options = UInt32(PCRE2_AUTO_CALLOUT) | UInt32(PCRE2_NEVER_UTF) | UInt32(PCRE2_NEVER_UCP)
        let compiled = unsafe text.withUnsafeBufferPointer { text in
            unsafe pcre2_compile_8(text.baseAddress, text.count, options, &errorCode, &errorOffset, nil)
        }
        guard let compiled = unsafe compiled else {
            throw PatternError(Self.message(errorCode), offset: errorOffset)
        }
        unsafe code = compiled
    }

    deinit {
        unsafe pcre2_code_free_8(code)
    }

    /// Looks for the pattern; what that costs is taken from the limits' steps.
    func match(_ subject: RawSpan, _ limits: inout MatchLimits) -> MatchResult {
        guard let data = unsafe pcre2_match_data_create_8(1, nil) else { return .limitExceeded }
        defer { unsafe pcre2_match_data_free_8(data) }
        guard let context = unsafe pcre2_match_context_create_8(nil) else { return .limitExceeded }
        defer { unsafe pcre2_match_context_free_8(context) }
        unsafe pcre2_set_heap_limit_8(context, limits.heapKiB)
        // The step count ends a search first; this holds for what has no callouts inside.
        unsafe pcre2_set_match_limit_8(context, UInt32(clamping: limits.steps))

        var budget = StepBudget(remaining: limits.steps)
        let result = unsafe withUnsafeMutablePointer(to: &budget) { budget in
            unsafe pcre2_set_callout_8(context, countStep, budget)
            return unsafe subject.withUnsafeBytes { subject in
                let bytes = unsafe subject.bindMemory(to: UInt8.self)
                return unsafe pcre2_match_8(code, bytes.baseAddress, bytes.count, 0, 0, data, context)
            }
        }
        limits.steps = budget.remaining
        // 0: matched, with more captures than match data was made for.
        if result >= 0 { return .matched }
        return result == PCRE2_ERROR_NOMATCH ? .notMatched : .limitExceeded
    }

    private static func message(_ code: Int32) -> String {
        var buffer = [UInt8](repeating: 0, count: 256)
        let length = unsafe buffer.withUnsafeMutableBufferPointer { buffer in
            unsafe pcre2_get_error_message_8(code, buffer.baseAddress, buffer.count)
        }
        return length > 0 ? String(decoding: buffer.prefix(Int(length)), as: UTF8.self) : "error \(code)"
    }
}

/// What is left of a search's steps.
private struct StepBudget {
    var remaining: Int
    var position = 0
}

/// Called by PCRE2 before each item of the pattern; a value other than 0 ends the search.
@safe private func countStep(
    _ block: UnsafeMutablePointer<pcre2_callout_block_8>?, _ budget: UnsafeMutableRawPointer?
) -> Int32 {
    guard let block = unsafe block,
        let budget = unsafe budget?.assumingMemoryBound(to: StepBudget.self)
    else { return PCRE2_ERROR_CALLOUT }
    let position = unsafe block.pointee.current_position
    unsafe budget.pointee.remaining -= 1 + abs(position - budget.pointee.position)
    unsafe budget.pointee.position = position
    return unsafe budget.pointee.remaining < 0 ? PCRE2_ERROR_CALLOUT : 0
}
