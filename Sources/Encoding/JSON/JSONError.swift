// SPDX-License-Identifier: Apache-2.0

/// Why a text is not JSON, or why JSON is not the value that was asked for.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
    /// From the outermost key to the innermost; array elements appear as `[3]`.
    public var path: [String] = []
    public var message: String

    public init(_ message: String) { self.message = message }

    public var description: String {
        path.isEmpty ? message : "\(path.joined(separator: ".")): \(message)"
    }

    /// The same error, seen from one level further out.
    @usableFromInline
    func inside(_ key: String) -> JSONError {
        var error = self
        error.path.insert(key, at: 0)
        return error
    }
}
