import ControlProtocol
import Testing

@Suite("Lines cut from a stream") struct LineBufferTests {
    @Test("However the stream is cut", arguments: 1...12)
    func cuts(size: Int) throws {
        let stream = Array("one\ntwo\r\n\nthree\nrest".utf8)
        var buffer = LineBuffer(maximumLength: 8)
        var lines: [String] = []
        for start in stride(from: 0, to: stream.count, by: size) {
            buffer.append(stream[start..<min(start + size, stream.count)])
            while let line = try buffer.next() { lines.append(String(decoding: line, as: UTF8.self)) }
        }
        #expect(lines == ["one", "two", "", "three"])
        #expect(String(decoding: buffer.rest, as: UTF8.self) == "rest")
    }

    @Test("A line may have as many bytes as the bound says, its end included")
    func bound() throws {
        var buffer = LineBuffer(maximumLength: 4)
        buffer.append("123\n".utf8)
        #expect(try buffer.next()?.count == 3)
        buffer.append("1234\n".utf8)
        #expect(throws: LineBuffer.LineTooLong.self) { try buffer.next() }
    }

    @Test("A line without an end is refused once it can't end in time")
    func endless() throws {
        var buffer = LineBuffer(maximumLength: 4)
        buffer.append("123".utf8)
        #expect(try buffer.next() == nil)
        buffer.append("4".utf8)
        #expect(throws: LineBuffer.LineTooLong.self) { try buffer.next() }
    }
}
