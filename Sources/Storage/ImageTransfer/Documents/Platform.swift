// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// What an image runs on: `linux/amd64`, `linux/arm64/v8`.
package struct Platform: Hashable, Sendable, CustomStringConvertible {
    package var system: String
    package var architecture: String
    /// `nil`: any.
    package var variant: String?

    package init(system: String, architecture: String, variant: String? = nil) {
        (self.system, self.architecture, self.variant) = (system, architecture, variant)
    }

    /// - Throws: ``ImageTransferError`` with the code `platformMissing`.
    package init(parsing text: String) throws(ImageTransferError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard (2...3).contains(parts.count), !parts.contains("") else {
            throw ImageTransferError(
                .platformMissing,
                "\"\(text)\" is not a platform",
                advice: "write for example linux/amd64"
            )
        }
        self.init(system: parts[0], architecture: parts[1], variant: parts.count > 2 ? parts[2] : nil)
    }

    /// What clusters mostly run on.
    package static let linuxAMD64 = Platform(system: "linux", architecture: "amd64")

    package var description: String { "\(system)/\(architecture)\(variant.map { "/\($0)" } ?? "")" }

    /// Whether an image for `other` is one for this.
    func matches(_ other: Platform) -> Bool {
        system == other.system && architecture == other.architecture && (variant == nil || variant == other.variant)
    }
}

extension Platform: JSONDecodable {
    init(_ json: borrowing JSONView) throws(JSONError) {
        system = try json.optional("os") ?? ""
        architecture = try json.optional("architecture") ?? ""
        variant = try json.optional("variant")
    }
}
