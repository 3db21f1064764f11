import DNSWire
import Foundation
import Testing

@Suite("Flat memory")
struct MemoryTests {
    @Test("A buffer keeps what it has when it grows, and new octets are zero") func growth() {
        var buffer = FlatBuffer(capacity: 1)
        for index in 0..<10000 {
            let place = buffer.extend(by: 8)
            #expect(buffer.word64(at: place) == 0)
            buffer.store(UInt64(index), at: place)
        }
        let memory = FlatMemory(buffer)
        #expect(memory.view.count == 80000)
        #expect((0..<10000).allSatisfy { memory.view.word64(at: $0 * 8) == UInt64($0) })
    }

    /// Counts and capacities around those at which memory is trimmed in another way, 64 KB, and comes from elsewhere, 1 MB.
    static let sizes: [(count: Int, capacity: Int)] = [
        (100, 100), (100, 2_097_152), (100, 8_388_608), (100_000, 100_000), (100_000, 2_097_152),
        (100_000, 8_388_608), (65_471, 2_097_152), (65_472, 2_097_152), (1_048_511, 8_388_608),
        (1_048_512, 8_388_608), (1_048_511, 2_097_152), (1_048_512, 2_097_152), (1_048_576, 0), (3_000_000, 0),
        (3_000_000, 3_100_000), (3_000_000, 67_108_864), (4_194_239, 8_388_608), (4_194_240, 0), (4_194_304, 0),
        (5_000_000, 0), (5_000_000, 67_108_864), (9_999_999, 4_194_304),
    ]

    @Test("What is taken over is whole, however large the room was", arguments: sizes)
    func takingOver(count: Int, capacity: Int) {
        var buffer = FlatBuffer(capacity: capacity)
        while buffer.count < count {
            let place = buffer.extend(by: min(65_521, count - buffer.count))
            buffer.store(UInt8(truncatingIfNeeded: place % 251), at: place)
        }
        let memory = FlatMemory(buffer)
        #expect(memory.view.count == count)
        var isWhole = true
        for place in stride(from: 0, to: count, by: 65_521) {
            if memory.view.octet(at: place) != place % 251 { isWhole = false }
            if place + 1 < count, memory.view.octet(at: place + 1) != 0 { isWhole = false }
        }
        #expect(isWhole)
    }

    @Test("Words can be read at the very end, wherever pages end")
    func slack() async {
        await #expect(processExitsWith: .success) {
            for count in [65_536, 1_048_576, 1_114_112, 2_097_152, 4_194_304] {
                for capacity in [count, 16 << 20] {
                    var buffer = FlatBuffer(capacity: capacity)
                    _ = buffer.extend(by: count)
                    var memory = FlatMemory(buffer)
                    for _ in 0..<2 {
                        for place in count..<count + FlatBuffer.slack - 8 {
                            #expect(memory.view.uncheckedWord64(at: place) == 0)
                        }
                        var spare = FlatMemory([UInt8](repeating: 1, count: count))
                        memory = FlatMemory(FlatBuffer(copying: memory.view, over: &spare))
                    }
                }
            }
        }
    }

    @Test(
        "What is kept is to have large pages, and nothing else",
        .enabled(if: FileManager.default.fileExists(atPath: "/sys/kernel/mm/transparent_hugepage")))
    func largePages() async {
        await #expect(processExitsWith: .success) {
            /// Of the process's mappings, those whose pages are to be joined (proc_pid_smaps(5)).
            func wishes() throws -> Int {
                let file = try FileHandle(forReadingFrom: URL(filePath: "/proc/self/smaps"))
                return String(decoding: try file.readToEnd() ?? Data(), as: UTF8.self).split(separator: "\n")
                    .count { $0.hasPrefix("VmFlags:") && $0.contains(" hg") }
            }
            let before = try wishes()
            let passing = FlatMemory(FlatBuffer(capacity: 8 << 20), isKept: false)
            #expect(try wishes() == before)
            var buffer = FlatBuffer(capacity: 0)
            _ = buffer.extend(by: 8 << 20)
            let kept = FlatMemory(buffer)
            #expect(try wishes() == before + 1)
            withExtendedLifetime((passing, kept)) {}
        }
    }

    @Test("There is no room for more than all memory") func room() {
        #expect(FlatMemory.hasRoom(for: 1 << 20))
        #expect(!FlatMemory.hasRoom(for: 1 << 44))
    }

    @Test("Copies of every length and place", arguments: 0...300) func copies(_ count: Int) {
        var buffer = FlatBuffer(capacity: 400)
        let octets = (0..<400).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 1) }
        let place = buffer.extend(by: 400)
        buffer.copy(octets, from: 0, count: 400, to: place)
        let memory = FlatMemory(buffer)
        for (start, room) in [(0, 0), (3, 5), (1, 7), (100, 200)] {
            var message = [UInt8](repeating: 0, count: 10 + count + room)
            message.withUnsafeMutableBytes { bytes in
                MessageBuffer(bytes)?.copy(memory.view, from: start, count: count, to: 10)
            }
            #expect(Array(message[10..<(10 + count)]) == Array(octets[start..<(start + count)]))
            #expect(message[..<10].allSatisfy { $0 == 0 })
        }
        #expect(memory.view.array(from: 100, count: count) == Array(octets[100..<(100 + count)]))
    }
}
