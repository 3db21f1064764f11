import Addresses
import Health
import Testing

@testable import Probes

@Suite("Redirects are followed at the same real server only", .timeLimit(.minutes(1)))
struct RedirectTests {
    /// Page asked for, Location, and the page asked for next: its Host and path, or nil.
    @Test(
        arguments: [
            ("http://10.0.0.1:8080", "/a/b?c", "/d", "10.0.0.1:8080 /d"),
            ("http://10.0.0.1:8080", "/a/b?c", "d?e#f", "10.0.0.1:8080 /a/d?e"),
            ("http://10.0.0.1:8080", "/a/b?c", "?e", "10.0.0.1:8080 /a/b?e"),
            ("http://10.0.0.1:8080", "/a/b?c", "http://10.0.0.1:8080/d e", "10.0.0.1:8080 /d%20e"),
            ("http://10.0.0.1:8080", "/a/b?c", "HTTP://10.0.0.1:8080", "10.0.0.1:8080 /"),
            ("http://10.0.0.1:8080", "/a/b?c", "//10.0.0.1:8080?x", "10.0.0.1:8080 /?x"),
            (
                "http://10.0.0.1:8080", "/a/b?c", "/login?back=http://elsewhere/",
                "10.0.0.1:8080 /login?back=http://elsewhere/"
            ),
            ("http://10.0.0.1:80", "/", "http://10.0.0.1/d", "10.0.0.1 /d"),
            ("https://10.0.0.1:443", "/", "https://10.0.0.1/d", "10.0.0.1 /d"),
            ("http://[2001:db8::1]:80", "/", "http://[2001:DB8::1]/d", "[2001:DB8::1] /d"),
            ("http://10.0.0.1:8080", "/", "http://10.0.0.1/d", nil),
            ("http://10.0.0.1:8080", "/", "http://10.0.0.2:8080/d", nil),
            ("http://10.0.0.1:80", "/", "https://10.0.0.1/d", nil),
            ("http://10.0.0.1:80", "/", "https://10.0.0.1:80/d", nil),
            ("http://10.0.0.1:80", "/", "http://www.example/d", nil),
            ("http://10.0.0.1:80", "/", "http://user@10.0.0.1/d", nil),
            ("http://10.0.0.1:80", "/", "http://10.0.0.1:99999/d", nil),
            ("http://10.0.0.1:80", "/", "http://10.0.0.1.example/d", nil),
            ("http://10.0.0.1:80", "/", "ftp://10.0.0.1/d", nil),
            ("http://10.0.0.1:80", "/", "//elsewhere/d", nil),
            // With a virtual host
            ("http://10.0.0.1:8080 www.example", "/", "http://www.example/d", "www.example /d"),
            ("http://10.0.0.1:8080 www.example", "/", "http://WWW.example:8080/d", "WWW.example:8080 /d"),
            ("http://10.0.0.1:8080 www.example", "/", "http://10.0.0.1:8080/d", "10.0.0.1:8080 /d"),
            ("http://10.0.0.1:8080 www.example", "/", "/d", "www.example /d"),
            ("http://10.0.0.1:8080 www.example", "/", "http://example/d", nil),
            ("http://10.0.0.1:8080 www.example", "/", "http://www.example:81/d", nil),
            ("http://10.0.0.1:8080 www.example:81", "/", "http://www.example:81/d", "www.example:81 /d"),
            ("http://10.0.0.1:8080 2001:db8::1", "/", "/d", "[2001:db8::1] /d"),
        ] as [(String, String, String, String?)])
    func location(server: String, path: String, location: String, next: String?) throws {
        let words = server.split(separator: " ")
        let isSecure = words[0].hasPrefix("https")
        let target = try #require(Endpoint(words[0].dropFirst(isSecure ? 8 : 7)))
        let check = HTTPCheck(
            isSecure: isSecure, path: path, virtualHost: words.count > 1 ? String(words[1]) : nil)
        let redirected = HTTPRequestTarget(check, target: target).redirected(to: location)
        #expect(redirected.map { "\($0.host) \($0.path)" } == next)
    }

    @Test("a page behind a redirect is the one that counts", arguments: [301, 302, 303, 307, 308])
    func same(status: Int) async throws {
        let outcome = try await probe(HTTPCheck(receive: "RS 1")) { header, channel in
            if header.hasPrefix("GET / ") {
                TestServer.answer("\(status) Moved", "RS 2", fields: "Location: /page\r\n")(header, channel)
            } else {
                TestServer.answer("200 OK", header.hasPrefix("GET /page ") ? "RS 1" : "")(header, channel)
            }
        }
        #expect(outcome.finding == "success")
    }

    @Test(arguments: [
        ("Location: http://other/\r\n", "redirected to http://other/"),
        ("Location: /\r\n", "redirected more than 5 times"),
        ("", "HTTP 302 without a Location"),
        ("Location: http://other/\u{E9}\r\n", "redirected to http://other/??"),
    ])
    func elsewhere(fields: String, finding: String) async throws {
        let script = TestServer.answer("302 Found", "RS 1", fields: fields)
        let outcome = try await probe(HTTPCheck(receive: "RS 1"), script: script)
        #expect(outcome == .failure(finding))
    }
}
