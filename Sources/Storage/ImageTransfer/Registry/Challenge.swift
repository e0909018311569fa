// SPDX-License-Identifier: Apache-2.0

/// What a registry asks for with a `WWW-Authenticate` header (RFC 9110, section 11).
enum Challenge: Equatable, Sendable {
    case basic
    /// - Parameters:
    ///   - realm: the URL of the token server.
    ///   - service: what to call the registry there.
    ///   - error: why the token that was sent will not do; `nil` if none was.
    case bearer(realm: String, service: String?, error: String?)

    /// The first one that is understood; a bearer token is preferred, as registries with both mean that.
    init?(_ headers: [String]) {
        let challenges = headers.compactMap(Self.parse)
        let bearer = challenges.first { if case .bearer = $0 { true } else { false } }
        guard let chosen = bearer ?? challenges.first else { return nil }
        self = chosen
    }

    private static func parse(_ header: String) -> Challenge? {
        let parts = header.split(separator: " ", maxSplits: 1)
        switch parts.first?.lowercased() {
        case "basic": return .basic
        case "bearer":
            let parameters = parameters(parts.count > 1 ? parts[1] : "")
            guard let realm = parameters["realm"], !realm.isEmpty else { return nil }
            return .bearer(realm: realm, service: parameters["service"], error: parameters["error"])
        default: return nil
        }
    }

    /// `a="x, \"y\"",b=z`: values may be quoted and then hold commas.
    private static func parameters(_ text: Substring) -> [String: String] {
        var parameters: [String: String] = [:]
        var rest = text
        while let equals = rest.firstIndex(of: "=") {
            let name = rest[..<equals].drop { $0 == "," || $0 == " " }.lowercased()
            rest = rest[rest.index(after: equals)...]
            var value = ""
            if rest.first == "\"" {
                rest = rest.dropFirst()
                while let character = rest.popFirst(), character != "\"" {
                    value.append(character == "\\" ? rest.popFirst() ?? "\\" : character)
                }
            } else {
                value = String(rest.prefix { $0 != "," })
                rest = rest.dropFirst(value.count)
            }
            parameters[name] = value
        }
        return parameters
    }
}
