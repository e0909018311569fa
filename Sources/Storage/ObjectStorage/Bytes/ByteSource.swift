// SPDX-License-Identifier: Apache-2.0

/// Where an archive lies: an object in a store, a file, standard input. The description is for messages.
package protocol ByteSource: Sendable, CustomStringConvertible {
    /// Looks whether it is there, and what it is like now.
    ///
    /// - Throws: ``StorageError``.
    func open() async throws -> any OpenBytes
}

/// A ``ByteSource`` as it was found when it was opened. Reading it later gives these bytes or an error.
package protocol OpenBytes: Sendable {
    /// `nil` where only the end tells.
    var size: Int64? { get }
    /// Changes whenever the content does: an object's ETag, as it was sent. `nil` where there is no such thing.
    var version: String? { get }
    /// Whether any part may be read, in any order, any number of times, several at once. If not, there is one
    /// ``withReader(_:_:)`` from the first byte to the last.
    var isRandomAccess: Bool { get }

    /// A small part, whole. Only with random access.
    ///
    /// - Throws: ``StorageError``, also when the bytes end before the range does.
    func read(_ range: Range<Int64>) async throws -> [UInt8]

    /// Lends a reader of a part, or of everything. What has to run meanwhile ends before this returns.
    func withReader<Value: Sendable>(
        _ range: Range<Int64>?,
        _ body: @escaping @Sendable (any BlockingReader) async throws -> Value
    ) async throws -> Value
}

/// Bytes in order, for one thread of one's own.
package protocol BlockingReader: AnyObject, Sendable {
    /// Waits for bytes and puts them at the beginning of `room`, as many as there are just now.
    ///
    /// - Returns: how many; 0 at the end, and only there.
    func read(into room: UnsafeMutableRawBufferPointer) throws -> Int

    /// Ends the read that is waiting, and all that follow, with `error`. Callable from any thread.
    func stop(_ error: any Error)
}
