// SPDX-License-Identifier: Apache-2.0

/// What to send.
package struct HTTPRequest: Sendable {
    package var method: String
    package var url: String
    package var headers: [(name: String, value: String)] = []
    package var body = RequestBody.none
    package var tls = TLSMaterial()
    package var limits = Limits()
    /// HTTP/2 if the server offers it over TLS. Without TLS it is always HTTP/1.1.
    package var allowsHTTP2 = true
    /// Where to connect instead of the URL's host and port: `127.0.0.1:8443`. TLS still checks the name in the URL. For
    /// tests and forwarded ports.
    package var connectTo: String?
    /// Never goes through the environment's proxy: for addresses that mean this very machine.
    package var bypassesProxy = false

    package init(_ method: String = "GET", _ url: String) {
        self.method = method
        self.url = url
    }

    /// Every request has a deadline; a watch has an idle limit instead. How large a body may be is up to its reader: see
    /// ``HTTPBody/collect(upTo:)``.
    package struct Limits: Sendable {
        package var connect = Duration.seconds(10)
        /// From the start to the last byte of the answer. `nil` for a stream without an end.
        package var total: Duration? = .seconds(30)
        /// The longest silence, in whole seconds. For a watch: what the server was asked for, and five seconds.
        package var idle: Duration?
        /// Slower than so much in so long is as good as silent. Takes the place of ``idle``. What waits for its reader
        /// here does not count.
        package var slowest: Speed?

        package init() {}
    }

    /// So many bytes within so long, in whole seconds.
    package struct Speed: Equatable, Sendable {
        package var bytes: Int
        package var duration: Duration

        package init(bytes: Int, in duration: Duration) {
            self.bytes = bytes
            self.duration = duration
        }
    }

    /// Why this must not reach the library. A line break in a header would begin another header or another request, and
    /// a zero byte would end a C string early.
    var problem: HTTPError? {
        let isPrintable = { (byte: UInt8) in byte >= 0x20 && byte != 0x7f }
        let isDark = { (byte: UInt8) in byte > 0x20 && byte != 0x7f }
        if !method.utf8.allSatisfy({ (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) }) {
            return HTTPError(.invalidRequest, "The method is not a word")
        }
        if !url.utf8.allSatisfy(isDark) {
            return HTTPError(.invalidRequest, "The URL has a space or a control character")
        }
        for (name, value) in headers {
            let isName = !name.isEmpty && name.utf8.allSatisfy { isDark($0) && $0 != UInt8(ascii: ":") }
            guard isName, value.utf8.allSatisfy({ isPrintable($0) || $0 == 0x09 }) else {
                let shown = name.filter { $0.isLetter || $0 == "-" }
                var error = HTTPError(.invalidRequest, "The header \"\(shown)\" cannot be sent as it is")
                error.isAboutHeader = true
                return error
            }
        }
        // Nobody would be trusted, but to the library no authorities mean those of the system.
        if tls.authorities?.isEmpty == true { return HTTPError(.invalidRequest, "There are no authorities to trust") }
        return nil
    }

    /// The URL as a message may show it: the query may carry a signature, and what is before the host a password.
    var shownURL: String {
        let url = url.prefix { $0 != "?" && $0 != "#" }
        var parts = url.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        if parts.count > 2 { parts[2] = parts[2].split(separator: "@").last ?? "" }
        return parts.joined(separator: "/")
    }
}
