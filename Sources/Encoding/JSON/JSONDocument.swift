// SPDX-License-Identifier: Apache-2.0

internal import CYYJSON

/// A parsed text. Values are decoded straight from it; no tree of Swift values is built in between.
///
/// `@unchecked`: the document is never changed after parsing, so any thread may read it.
public final class JSONDocument: @unchecked Sendable {
    private let raw: UnsafeMutablePointer<yyjson_doc>

    init(adopting raw: UnsafeMutablePointer<yyjson_doc>) { self.raw = raw }

    deinit { yyjson_doc_free(raw) }

    /// Parses strictly: RFC 8259, valid UTF-8, one value, no comments, no NaN, no number that is too large for a
    /// double. Duplicate keys are left to ``JSONView``.
    public convenience init(parsing bytes: some Collection<UInt8>) throws(JSONError) {
        // `withContiguousStorageIfAvailable` can carry neither a typed error nor a pointer out, hence the tuple.
        let parsed = bytes.withContiguousStorageIfAvailable { Self.parse(UnsafeRawBufferPointer($0)) }
        let (document, failure) = parsed ?? Array(bytes).withUnsafeBytes(Self.parse)
        guard let document else { throw JSONError(failure) }
        self.init(adopting: document)
    }

    /// The document's value as `Value`.
    ///
    /// - Throws: ``JSONError`` with the path of the first value that is not what was asked for.
    public func decode<Value: JSONDecodable>(_ type: Value.Type = Value.self) throws(JSONError) -> Value {
        defer { withExtendedLifetime(self) {} }
        guard let root = yyjson_doc_get_root(raw) else { throw JSONError("empty document") }
        return try Value(JSONView(UnsafeMutableRawPointer(root)))
    }

    private static func parse(
        _ bytes: UnsafeRawBufferPointer
    ) -> (document: UnsafeMutablePointer<yyjson_doc>?, failure: String) {
        var error = yyjson_read_err()
        // Without the flag YYJSON_READ_INSITU the text is copied and not written to, whatever its C type says.
        let text = UnsafeMutablePointer(mutating: bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
        if let document = yyjson_read_opts(text, bytes.count, 0, nil, &error) { return (document, "") }
        var line = 0
        var column = 0
        var character = 0
        _ = yyjson_locate_pos(text, bytes.count, error.pos, &line, &column, &character)
        let reason = error.msg.map { String(cString: $0) } ?? "not JSON"
        return (nil, "\(reason), line \(line), column \(column)")
    }
}
