// SPDX-License-Identifier: Apache-2.0

/// Which properties hold credentials, judged by their names and values.
///
/// Kafka, Connect and Iceberg do not mark them, so this errs on the side of hiding: a harmless value in a Secret costs
/// nothing, a password in a ConfigMap does.
package enum CredentialDetection {
    /// What stands in place of a credential.
    package static let mask = "********"

    /// True if the value must not be shown.
    package static func isCredential(_ key: String, _ value: String) -> Bool {
        guard !value.isEmpty, !isPlaceholder(value) else { return false }
        return isSensitiveName(key) || carriesPassword(value)
    }

    /// The value as it may be shown.
    package static func masked(_ key: String, _ value: String) -> String { isCredential(key, value) ? mask : value }

    /// `${file:/etc/secret:password}`: the name of a credential and not one.
    static func isPlaceholder(_ value: String) -> Bool {
        guard value.hasPrefix("${"), value.hasSuffix("}") else { return false }
        return value.dropFirst(2).dropLast().allSatisfy { $0 != "$" && $0 != "{" && $0 != "}" && $0 != "\n" }
    }

    private static let words = [
        "password", "passwd", "passphrase", "secret", "credential", "token", "jaas", "access-key", "access.key",
        "access_key", "accesskey", "private-key", "private.key", "private_key", "privatekey", "api-key", "api.key",
        "api_key", "apikey", "account-key", "account.key", "shared-key", "shared.key", "user.info", "keystore.key",
        "authorization", "connection-string",
    ]

    /// Names with such a word that say where a credential is, or how it is used.
    private static let harmlessEnds = [
        "-enabled", ".enabled", "-ms", ".ms", "-uri", ".uri", "-url", ".url", "provider", ".class", ".location",
        ".type",
        ".algorithm", "-type", ".name", "endpoint",
    ]

    private static func isSensitiveName(_ key: String) -> Bool {
        let key = key.lowercased()
        return words.contains { key.contains($0) } && !harmlessEnds.contains { key.hasSuffix($0) }
    }

    /// `https://user:password@host` and `jdbc:postgresql://host/db?user=u&password=p`.
    private static func carriesPassword(_ value: String) -> Bool {
        let lower = value.lowercased()
        if ["password=", "passwd=", "pwd=", "secret=", "token="].contains(where: lower.contains) { return true }
        guard let start = lower.firstRange(of: "://")?.upperBound else { return false }
        let authority = lower[start...].prefix { $0 != "/" && $0 != "?" && $0 != "," }
        guard let at = authority.lastIndex(of: "@") else { return false }
        return authority[..<at].contains(":")
    }
}

extension JavaProperties {
    /// True if any value has to be kept in a Secret.
    package var holdsCredentials: Bool { entries.contains { CredentialDetection.isCredential($0.key, $0.value) } }

    /// The same file with each credential replaced by a mask, for the object that everybody may read.
    package var masked: JavaProperties {
        JavaProperties(
            sections.map { section in
                Section(
                    section.title,
                    section.entries.map { ($0.key, CredentialDetection.masked($0.key, $0.value)) }
                )
            }
        )
    }
}
