// SPDX-License-Identifier: Apache-2.0

package import JSON

/// YAML to the same documents that JSON text gives, so that every model has one way to be read.
///
/// Plain scalars are resolved as the Kubernetes tools do (`0644` is octal, `yes` is true), because a manifest has to
/// mean the same here as under `kubectl apply`.
package enum YAML {
    /// Bounds for text that somebody else wrote.
    package struct Limits: Sendable {
        /// Levels of nesting.
        package var depth = 200
        /// Values in one document, with everything that aliases repeat.
        package var nodes = 500_000
        /// Bytes of text in one document, with everything that aliases repeat.
        package var bytes = 32 << 20

        package init() {}
    }

    /// The documents of a stream, in order. An empty stream has none.
    package static func documents(
        in bytes: [UInt8],
        limits: Limits = Limits()
    ) throws(YAMLError) -> [JSONDocument] {
        let result = bytes.withUnsafeBytes { text in
            // The parser keeps the pointer, so all of its life is inside this closure.
            Result { () throws(YAMLError) in
                var composer = Composer(events: EventReader(text), limits: limits)
                return try composer.documents()
            }
        }
        return try result.get()
    }
}

/// Why a text is not YAML that we take, and where.
package struct YAMLError: Error, Equatable, Sendable, CustomStringConvertible {
    package var message: String
    package var line: Int
    package var column: Int

    package var description: String { "line \(line), column \(column): \(message)" }
}
