import Glibc
import Testing

@testable import Daemon

@Suite("A log that nobody reads", .timeLimit(.minutes(1))) struct StandardErrorTests {
    /// A pipe of one page.
    private struct Pipe: ~Copyable {
        let reading: CInt
        let writing: CInt

        init() {
            var ends: [CInt] = [-1, -1]
            Glibc.pipe(&ends)
            (reading, writing) = (ends[0], ends[1])
            // F_SETPIPE_SZ
            _ = fcntl(writing, 1031, 4096)
        }

        /// What is there now.
        func read() -> String {
            _ = fcntl(reading, F_SETFL, O_NONBLOCK)
            var text: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 65536)
            while true {
                let count = Glibc.read(reading, &buffer, buffer.count)
                if count <= 0 { return String(decoding: text, as: UTF8.self) }
                text += buffer[..<count]
            }
        }

        deinit {
            close(reading)
            close(writing)
        }
    }

    @Test("Lines wait for a slow reader, whole and in their order")
    func slow() {
        let pipe = Pipe()
        let log = StandardError(descriptor: pipe.writing)
        let lines = (0..<5000).map { "line \($0)\n" }
        for line in lines { log.write(line) }
        var text = ""
        while true {
            let more = pipe.read()
            if more.isEmpty { break }
            text += more
            log.flush()
        }
        #expect(text == lines.joined())
    }

    @Test("What nobody reads is counted, not kept")
    func lost() {
        let pipe = Pipe()
        let log = StandardError(descriptor: pipe.writing)
        // A page in the pipe and a MiB in memory: 257 lines of 4 KiB.
        let line = String(repeating: "x", count: 4095) + "\n"
        for _ in 0..<300 { log.write(line) }
        var text = ""
        while true {
            let more = pipe.read()
            if more.isEmpty { break }
            text += more
            log.flush()
        }
        let said = text.drop { $0 == "x" || $0 == "\n" }
        #expect(said == "43 lines of the log are lost, nobody read them in time\n")
        #expect(text.count - said.count == 257 * 4096)
    }

    @Test("The end waits for a reader no longer than it may")
    func end() {
        let pipe = Pipe()
        let log = StandardError(descriptor: pipe.writing)
        for _ in 0..<1000 { log.write("line\n") }
        log.flush(within: .milliseconds(100))
        // One write fills a pipe of one page.
        #expect(pipe.read() == "line\n")
    }

    @Test("A reader that is gone, and one that never was, do no harm")
    func gone() {
        signal(SIGPIPE, SIG_IGN)
        let pipe = Pipe()
        let copy = dup(pipe.writing)
        let orphan = StandardError(descriptor: copy)
        orphan.write("line\n")
        #expect(pipe.read() == "line\n")
        let none = StandardError(descriptor: -1)
        none.write("line\n")
        none.flush(within: .seconds(1))
        var ends: [CInt] = [-1, -1]
        Glibc.pipe(&ends)
        close(ends[0])
        let broken = StandardError(descriptor: ends[1])
        broken.write("line\n")
        broken.flush(within: .seconds(1))
        close(ends[1])
        close(copy)
    }
}
