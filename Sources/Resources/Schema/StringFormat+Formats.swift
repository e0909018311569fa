// SPDX-License-Identifier: Apache-2.0

internal import Basics

extension StringFormat {
    /// Every format that there is.
    package static let all = [
        dnsLabel, objectName, dataKey, topic, bootstrapServers, httpURL, storageName, jvmOption, imageTag,
        imageRegistry,
        imageReference,
    ]

    /// RFC 1123: a namespace.
    static let dnsLabel = StringFormat(
        "a DNS label: lower-case letters, digits and dashes",
        pattern: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$",
        accepts: isLabel
    )

    /// RFC 1123: the name of an object such as a Secret.
    static let objectName = StringFormat(
        "the name of an object: lower-case letters, digits, dashes and dots",
        pattern: #"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$"#,
        accepts: { $0.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { isLabel(String($0)) } }
    )

    /// A key of a Secret or ConfigMap.
    static let dataKey = StringFormat(
        "a key of a Secret: letters, digits, dashes, dots and underscores",
        pattern: "^[-._a-zA-Z0-9]+$",
        accepts: { !$0.isEmpty && $0.utf8.allSatisfy { isAlphanumeric($0) || isOneOf($0, "-._") } }
    )

    /// Kafka's own rule for topics; only dots alone are refused as well.
    static let topic = StringFormat(
        "a topic: letters, digits, dots, dashes and underscores",
        pattern: "^[._a-zA-Z0-9-]*[_a-zA-Z0-9-][._a-zA-Z0-9-]*$",
        accepts: {
            $0.utf8.allSatisfy { isAlphanumeric($0) || isOneOf($0, "._-") }
                && $0.utf8.contains { $0 != UInt8(ascii: ".") }
        }
    )

    /// `host:port`, several separated by commas; a protocol in front and IPv6 in brackets as Kafka takes them.
    static let bootstrapServers = StringFormat(
        "a list of host:port, separated by commas",
        pattern: #"^\s*\#(address)(\s*,\s*\#(address))*\s*$"#,
        accepts: { BootstrapServers($0) != nil }
    )

    private static let address =
        #"([A-Za-z0-9_]+://)?([A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+(%[A-Za-z0-9]+)?\]):\#(port)"#

    private static let port =
        "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"

    static let httpURL = StringFormat(
        "a URL that begins with http:// or https:// and holds no credentials",
        pattern: #"^https?://[^\s/?#@]+(/[^\s?#@]*)?$"#,
        accepts: { text in
            guard let scheme = ["https://", "http://"].first(where: text.hasPrefix) else { return false }
            let rest = text.dropFirst(scheme.count)
            return rest.first != nil && rest.first != "/" && !rest.contains { $0.isWhitespace || "?#@".contains($0) }
        }
    )

    /// A region or a bucket of S3: both become a part of a host name or a path.
    static let storageName = StringFormat(
        "a name of letters, digits, dots, dashes and underscores",
        pattern: "^[a-zA-Z0-9][a-zA-Z0-9._-]*$",
        accepts: {
            guard let first = $0.utf8.first, isAlphanumeric(first) else { return false }
            return $0.utf8.allSatisfy { isAlphanumeric($0) || isOneOf($0, "._-") }
        }
    )

    /// An argument that `java` takes for an option. Never reaches a shell, so blanks and quotes are no danger.
    static let jvmOption = StringFormat(
        "a JVM option, which begins with a dash",
        pattern: #"^-[^\s\x00][^\n\r\x00]*$"#,
        accepts: { text in
            guard text.hasPrefix("-"), let second = text.dropFirst().first, !second.isWhitespace else { return false }
            return !text.unicodeScalars.contains { $0 == "\n" || $0 == "\r" || $0 == "\0" }
        }
    )

    static let imageTag = StringFormat(
        "an image tag: at most 128 letters, digits, dots, dashes and underscores",
        pattern: "^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$",
        accepts: ImageReference.isTag
    )

    static let imageRegistry = StringFormat(
        "a registry: a host, a port if needed, and a path below it if needed",
        pattern: #"^[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?(:[0-9]{1,5})?"#
            + #"(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$"#,
        accepts: { !$0.contains("[") && ImageReference.isRegistry($0) }  // as below
    )

    static let imageReference = StringFormat(
        "an image reference such as registry.example.com/team/worker:1.0",
        pattern: #"^([a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?(:[0-9]{1,5})?/)?"#
            + #"[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*"#
            + #"(:[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?(@sha256:[a-f0-9]{64})?$"#,
        accepts: { text in
            // Addresses of IPv6 are for the command line only.
            guard !text.contains("[") else { return false }
            do throws(ImageReference.Invalid) {
                _ = try ImageReference(parsing: text)
                return true
            } catch {
                return false
            }
        }
    )

    private static func isLabel(_ text: String) -> Bool {
        let bytes = text.utf8
        let dash = UInt8(ascii: "-")
        return !bytes.isEmpty && bytes.first != dash && bytes.last != dash
            && bytes.allSatisfy { $0 == dash || isAlphanumeric($0) && !isUpper($0) }
    }

    private static func isUpper(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        isUpper(byte) || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
            || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    private static func isOneOf(_ byte: UInt8, _ characters: String) -> Bool { characters.utf8.contains(byte) }
}
