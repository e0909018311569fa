// SPDX-License-Identifier: Apache-2.0

package import Basics
internal import JSON

/// Credentials by registry, as `docker login` writes them and Secrets of the type `kubernetes.io/dockerconfigjson` hold
/// them. Credential helpers, which are programs, are not called.
package struct DockerConfiguration: Sendable {
    private struct Entry: Sendable, JSONDecodable {
        var credentials: RegistryCredentials?

        init(_ json: borrowing JSONView) throws(JSONError) {
            let auth: String? = try json.optional("auth")
            let identityToken: String? = try json.optional("identitytoken")
            let user: String? = try json.optional("username")
            let password: String? = try json.optional("password")
            if let identityToken, !identityToken.isEmpty {
                credentials = .identityToken(Secret(identityToken))
            } else if let user, let password, !user.isEmpty {
                credentials = .password(user: user, password: Secret(password))
            } else if let auth, !auth.isEmpty {
                // The error must not show what stands there.
                guard let bytes = Base64.decode(auth), let pair = Self.pair(bytes) else {
                    throw JSONError("auth is not user:password in base64")
                }
                credentials = pair
            }
        }

        private static func pair(_ bytes: [UInt8]) -> RegistryCredentials? {
            guard let colon = bytes.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            let password = bytes[(colon + 1)...].prefix { $0 != 0 }  // some tools pad with zero bytes
            return .password(
                user: String(decoding: bytes[..<colon], as: UTF8.self),
                password: Secret(String(decoding: password, as: UTF8.self))
            )
        }
    }

    /// By registry, perhaps with the beginning of a path behind it; without scheme and slash at the end.
    private var entries: [String: Entry] = [:]

    /// - Throws: ``ImageTransferError`` with the code `invalidSettings`; never shows a value.
    package init(parsing bytes: [UInt8]) throws(ImageTransferError) {
        struct File: JSONDecodable {
            var entries: [(String, Entry)] = []

            init(_ json: borrowing JSONView) throws(JSONError) {
                let auths: Auths? = try json.optional("auths")
                entries = auths?.entries ?? []
            }
        }
        struct Auths: JSONDecodable {
            var entries: [(String, Entry)] = []

            init(_ json: borrowing JSONView) throws(JSONError) {
                var entries: [(String, Entry)] = []
                try json.forEachMember { name, entry throws(JSONError) in entries.append((name, try Entry(entry))) }
                self.entries = entries
            }
        }
        do throws(JSONError) {
            let file = try JSONDocument(parsing: bytes).decode(File.self)
            for (name, entry) in file.entries { entries[Self.normalized(name)] = entry }
        } catch {
            throw ImageTransferError(
                .invalidSettings,
                "The registry credentials are not a dockerconfigjson: \(error)",
                advice: "make them with kubectl create secret docker-registry"
            )
        }
    }

    /// Those of the longest entry that the image's name begins with; `nil` if there is none.
    package func credentials(for reference: ImageReference) -> RegistryCredentials? {
        var path = "\(reference.registry)/\(reference.repository)"
        while true {
            if let entry = entries[path], let credentials = entry.credentials { return credentials }
            guard let slash = path.lastIndex(of: "/") else { return nil }
            path = String(path[..<slash])
        }
    }

    /// `https://index.docker.io/v1/` and the like are old ways of saying `docker.io`.
    private static func normalized(_ name: String) -> String {
        var name = name.lowercased()
        for scheme in ["http://", "https://"] where name.hasPrefix(scheme) { name.removeFirst(scheme.count) }
        while name.hasSuffix("/") { name.removeLast() }
        for version in ["/v1", "/v2"] where name.hasSuffix(version) { name.removeLast(version.count) }
        return ["index.docker.io", "registry-1.docker.io"].contains(name) ? "docker.io" : name
    }
}
