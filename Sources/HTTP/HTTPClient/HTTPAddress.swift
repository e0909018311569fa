// SPDX-License-Identifier: Apache-2.0

internal import CCurl

/// A whole address of HTTP, taken apart by the library that sends there: what is decided about an address, such as who may
/// see credentials, is then decided about the place where the request goes. Source: RFC 3986.
package struct HTTPAddress: Sendable {
    /// `https://registry.example:5000/v2/?n=1`
    package let text: String
    /// Whether it is spoken to over TLS.
    package let isSecure: Bool
    /// In lower case; an address of IPv6 in its brackets.
    package let host: String
    /// The scheme's own where none is named.
    package let port: UInt16
    /// Begins with a slash.
    package let path: String
    /// Whether there is a query or a fragment behind the path.
    package let hasMoreThanPath: Bool

    /// - Parameter text: `nil` comes of all that is not whole, is not HTTP, or names a user.
    package init?(_ text: String) { self.init(reading: [text]) }

    /// What a `Location` in an answer from here means: it may be whole, without scheme, without host, or relative.
    package func resolving(_ reference: String) -> HTTPAddress? { HTTPAddress(reading: [text, reference]) }

    /// Whether both name one server: scheme, host and port.
    package func hasSameOrigin(as other: HTTPAddress) -> Bool {
        isSecure == other.isSecure && host == other.host && port == other.port
    }

    /// Scheme, host and, where it is named, port: `http://minio:9000`.
    package var origin: Substring { text.prefix(scheme.count) + authority }

    /// Host and, where it is named, port: `minio:9000`.
    package var authority: Substring { text.dropFirst(scheme.count).prefix { $0 != "/" } }

    private var scheme: String { isSecure ? "https://" : "http://" }

    /// - Parameter texts: each is read from where the ones before it lead to.
    private init?(reading texts: [String]) {
        guard let url = curl_url() else { return nil }
        defer { curl_url_cleanup(url) }
        for text in texts {
            // The library would take no notice of what is behind a zero byte.
            guard !text.utf8.contains(0),
                curl_url_set(url, CURLUPART_URL, text, UInt32(CURLU_DISALLOW_USER)) == CURLUE_OK
            else { return nil }
        }
        func part(_ name: CURLUPart, _ flags: Int32 = 0) -> String? {
            var text: UnsafeMutablePointer<CChar>?
            guard curl_url_get(url, name, &text, UInt32(flags)) == CURLUE_OK, let text else { return nil }
            defer { curl_free(text) }
            return String(cString: text)
        }
        guard let text = part(CURLUPART_URL), let host = part(CURLUPART_HOST), let path = part(CURLUPART_PATH),
            let port = part(CURLUPART_PORT, CURLU_DEFAULT_PORT).flatMap({ UInt16($0) })
        else { return nil }
        switch part(CURLUPART_SCHEME) {
        case "https": isSecure = true
        case "http": isSecure = false
        default: return nil
        }
        self.text = text
        self.host = host.lowercased()
        self.port = port
        self.path = path
        hasMoreThanPath = part(CURLUPART_QUERY) != nil || part(CURLUPART_FRAGMENT) != nil
    }
}
