import CLinux

/// The C library's words for an error's number.
public func errorText(_ number: Int32) -> String {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { buffer in
        guard let base = buffer.baseAddress, unsafe clinux_error_text(number, base, buffer.count) == 0 else {
            return "error \(number)"
        }
        return unsafe String(cString: base)
    }
}
