import Foundation
import Health
import Testing

@testable import Probes

@Suite("JSON in answers (RFC 8259)")
struct JSONScannerTests {
    private func finding(_ path: String, _ text: String) throws -> String {
        let path = try #require(JSONPath(path))
        do throws(ProbeFailure) {
            switch try JSONScanner.value(at: path, in: Array(text.utf8)) {
            case nil: return "nothing"
            case .text(let text): return "'\(text)'"
            case .container(let what): return what
            }
        } catch {
            guard case .failure(let reason) = error.outcome else { return "undecided" }
            return String(reason.dropFirst("the body is no JSON: ".count))
        }
    }

    @Test(
        "The value at a path",
        arguments: [
            (".", " \"a\" ", "'a'"), (".", "-0.5e+10", "'-0.5e+10'"), (".", "true", "'true'"),
            (".", "{}", "an object"), (".", "[ ]", "an array"), (".a", "{\"a\":null}", "'null'"),
            (".a.b", "{\"b\":1,\"a\":{\"c\":2,\"b\":3}}", "'3'"), ("[1]", "[1,2,3]", "'2'"),
            (".[1]", "[1,2,3]", "'2'"), ("[3]", "[1,2,3]", "nothing"), (".a", "[1]", "nothing"),
            ("[0]", "{\"0\":1}", "nothing"), (".a[0].b", "{\"a\":[{\"b\":\"c\"}]}", "'c'"),
            (".[\"a.b\"]", "{\"a.b\":1}", "'1'"), ("[\"\\\"\\\\\"]", #"{"\"\\":1}"#, "'1'"),
            (".a", #"{"\u0061":"\u00e9\ud83d\ude00\/\b"}"#, "'\u{E9}\u{1F600}/\u{8}'"),
            (".a", #"{"a":"\ud83dx"}"#, "'\u{FFFD}x'"), (".a", #"{"a":"\ud83d\u0041"}"#, "'\u{FFFD}A'"),
            // Of members of one name the last counts, even if it has no such value.
            (".a", "{\"a\":1,\"a\":2}", "'2'"), (".a.b", "{\"a\":{\"b\":1},\"a\":2}", "nothing"),
            (".", "\u{FEFF}1", "'1'"),
        ])
    func value(_ path: String, _ text: String, _ found: String) throws {
        #expect(try finding(path, text) == found)
    }

    @Test(
        "What is no JSON",
        arguments: [
            ("", "it ends at octet 0"), ("{", "no '\"' at octet 1"), ("[1", "no ',' or ']' at octet 2"),
            ("[1,]", "no value at octet 3"), ("{\"a\" 1}", "no ':' at octet 5"),
            ("{\"a\":1,}", "no '\"' at octet 7"), ("{a:1}", "no '\"' at octet 1"),
            ("\"a", "no end of a string at octet 2"), ("\"\n\"", "a control character at octet 2"),
            ("\"\\x\"", "a '\\' before what needs none at octet 3"),
            ("\"\\u12g4\"", "no four hexadecimal digits at octet 5"), ("01", "something follows at octet 1"),
            ("1.", "it ends at octet 2"), ("1.x", "no digits after the point at octet 2"),
            ("1e", "it ends at octet 2"), (".5", "no value at octet 0"), ("+1", "no value at octet 0"),
            ("tru", "no value at octet 0"), ("True", "no value at octet 0"),
            ("1 2", "something follows at octet 2"),
            ("\"\\", "a '\\' before what needs none at octet 3"),
        ])
    func mistakes(_ text: String, _ reason: String) throws {
        #expect(try finding(".", text) == reason)
    }

    @Test(
        "Damaged texts are JSON when Foundation takes them, and only then",
        arguments: [
            #"{"a":[1,-2.5e3,true,null],"b":{"c":"d\u00e9"}}"#, #"[0, [ ], {"":""}, "\n\"x", 10e-1]"#, "false",
            "-0.1",
        ])
    func damaged(_ text: String) throws {
        let alphabet = Array(#"{}[]:,"\tfnu019.-+eE x/"#.utf8)
        let path = try #require(JSONPath(".b.c"))
        var random = SystemRandomNumberGenerator()
        for _ in 0..<5000 {
            var bytes = Array(text.utf8)
            for _ in 0...Int.random(in: 0..<2, using: &random) {
                let place = Int.random(in: 0..<max(bytes.count, 1), using: &random)
                let byte = alphabet[Int.random(in: 0..<alphabet.count, using: &random)]
                switch Int.random(in: 0..<3, using: &random) {
                case 0 where !bytes.isEmpty: bytes.remove(at: place)
                case 1 where !bytes.isEmpty: bytes[place] = byte
                default: bytes.insert(byte, at: place)
                }
            }
            let object = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
            var isOurs = true
            do throws(ProbeFailure) {
                _ = try JSONScanner.value(at: path, in: bytes)
            } catch {
                isOurs = false
            }
            let text = String(decoding: bytes, as: UTF8.self)
            // Foundation lets a comma stand before an end (§4, §5: it may not).
            let isLenient = text.contains(/, *[}\]]/)
            #expect(isOurs == (object != nil) || (isLenient && !isOurs), "\(text)")
        }
    }

    @Test("The depth is bounded")
    func depth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(try finding(".", nested(65)) == "an array")
        #expect(try finding(".", nested(66)) == "it is nested too deeply at octet 65")
        #expect(try finding(".", nested(100_000)) == "it is nested too deeply at octet 65")
    }

    @Test(
        "What is no path",
        arguments: ["", "a", "..a", ".a.", ".a[", ".a[x]", ".a[1", ".a]", ".[\"a]", "[]", ".a\"b"])
    func paths(_ text: String) {
        #expect(JSONPath(text) == nil)
    }
}
