import DNSWire
import Testing

@testable import Daemon

@Suite("An answer as dig shows it")
struct AnswerTextTests {
    @Test("Compressed names are written out")
    func compression() {
        let header: [UInt8] = [0, 0, 0x84, 0, 0, 1, 0, 1, 0, 0, 0, 0]
        let name: [UInt8] = [3] + Array("www".utf8) + [2] + Array("ex".utf8) + [0]
        let record: [UInt8] = [0xC0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 5, 2] + Array("to".utf8) + [0xC0, 16]
        let text = AnswerText(header + name + [0, 5, 0, 1] + record)
        #expect(text.responseCode == "NOERROR")
        #expect(text.answer == ["www.ex.\t60\tIN\tCNAME\tto.ex."])
        let names: [UInt8] = [0xC0, 12, 0, 14, 0, 1, 0, 0, 0, 60, 0, 4, 0xC0, 16, 0xC0, 12]
        let both = AnswerText(header + name + [0, 14, 0, 1] + names)
        #expect(both.answer == ["www.ex.\t60\tIN\tMINFO\tex. www.ex."])
    }

    @Test("A pointer that leads in a circle, or anywhere else, ends the reading")
    func hostile() {
        for pointer in [12, 300, 16] as [UInt16] {
            let message: [UInt8] = [
                0, 0, 0x84, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0xC0 | UInt8(pointer >> 8), UInt8(pointer & 255), 0, 1,
            ]
            #expect(AnswerText(message).answer == [])
        }
    }
}
