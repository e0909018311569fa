// SPDX-License-Identifier: Apache-2.0

public import JSON

/// YAML to the same documents that JSON text gives, so that every model has one way to be read.
///
/// Plain scalars are resolved as the Kubernetes tools do (`0644` is octal, `yes` is true), because a manifest has to
/// mean the same here as under `kubectl apply`.
public enum YAML {
    /// Bounds for text that somebody else wrote.
    public struct Limits: Sendable {
        /// Levels of nesting.
        public var depth = 200
        /// Values in one document, with everything that aliases repeat.
        public var nodes = 500_000
        /// Bytes of text in one document, with everything that aliases repeat.
        public var bytes = 32 << 20

        public init() {}
    }

    /// The documents of a stream, in order. An empty stream has none.
    public static func documents(
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
public struct YAMLError: Error, Equatable, Sendable, CustomStringConvertible {
    public var message: String
    public var line: Int
    public var column: Int

    public var description: String { "line \(line), column \(column): \(message)" }
}
