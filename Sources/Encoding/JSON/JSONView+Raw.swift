// SPDX-License-Identifier: Apache-2.0

internal import CYYJSON

// Everything that touches C. The values are checked by type before they are read.

extension JSONView {
    @usableFromInline
    func member(_ key: StaticString) throws(JSONError) -> UnsafeMutableRawPointer? {
        guard unsafe_yyjson_is_obj(raw) else { throw wrongType("an object") }
        return key.utf8Start.withMemoryRebound(to: CChar.self, capacity: key.utf8CodeUnitCount) { name in
            UnsafeMutableRawPointer(yyjson_obj_getn(raw.value, name, key.utf8CodeUnitCount))
        }
    }

    @usableFromInline
    static func isNull(_ raw: UnsafeMutableRawPointer) -> Bool { unsafe_yyjson_is_null(raw) }

    /// What the value is, for code that takes any.
    public var kind: Kind {
        switch unsafe_yyjson_get_type(raw) {
        case yyjson_type(YYJSON_TYPE_OBJ): .object
        case yyjson_type(YYJSON_TYPE_ARR): .array
        case yyjson_type(YYJSON_TYPE_STR): .string
        case yyjson_type(YYJSON_TYPE_BOOL): .bool
        case yyjson_type(YYJSON_TYPE_NUM): unsafe_yyjson_is_real(raw) ? .double : .integer
        default: .null
        }
    }

    /// The seven kinds of values; a number without fraction and exponent is an integer.
    public enum Kind: Sendable {
        case null
        case bool
        case integer
        case double
        case string
        case array
        case object
    }

    /// - Throws: ``JSONError`` if the value is no string.
    public func string() throws(JSONError) -> String {
        guard unsafe_yyjson_is_str(raw) else { throw wrongType("a string") }
        return Self.text(raw)
    }

    /// - Throws: ``JSONError`` if the value is neither `true` nor `false`.
    public func bool() throws(JSONError) -> Bool {
        guard unsafe_yyjson_is_bool(raw) else { throw wrongType("true or false") }
        return unsafe_yyjson_get_bool(raw)
    }

    /// - Throws: ``JSONError`` if the value is no integer or does not fit into 64 bits.
    public func integer() throws(JSONError) -> Int64 {
        guard unsafe_yyjson_is_int(raw) else { throw wrongType("an integer") }
        if unsafe_yyjson_is_uint(raw), unsafe_yyjson_get_uint(raw) > UInt64(Int64.max) {
            throw JSONError("is too large for 64 bits")
        }
        return unsafe_yyjson_get_sint(raw)
    }

    /// - Throws: ``JSONError`` if the value is no number.
    public func double() throws(JSONError) -> Double {
        guard unsafe_yyjson_is_num(raw) else { throw wrongType("a number") }
        return unsafe_yyjson_get_num(raw)
    }

    func wrongType(_ expected: String) -> JSONError {
        let actual = yyjson_get_type_desc(raw.value).map { String(cString: $0) } ?? "nothing"
        return JSONError("is \(actual) and not \(expected)")
    }

    /// The parser has checked that the bytes are UTF-8.
    @usableFromInline
    static func text(_ raw: UnsafeMutableRawPointer) -> String {
        guard let start = unsafe_yyjson_get_str(raw) else { return "" }
        return String(decoding: UnsafeRawBufferPointer(start: start, count: unsafe_yyjson_get_len(raw)), as: UTF8.self)
    }

    /// A position in an array or an object.
    @usableFromInline
    struct Cursor {
        @usableFromInline let count: Int
        private var left: Int
        private var current: UnsafeMutablePointer<yyjson_val>

        @usableFromInline
        init(overArray raw: UnsafeMutableRawPointer) throws(JSONError) {
            guard unsafe_yyjson_is_arr(raw) else { throw JSONView(raw).wrongType("an array") }
            self.init(raw)
        }

        @usableFromInline
        init(overObject raw: UnsafeMutableRawPointer) throws(JSONError) {
            guard unsafe_yyjson_is_obj(raw) else { throw JSONView(raw).wrongType("an object") }
            self.init(raw)
        }

        private init(_ raw: UnsafeMutableRawPointer) {
            count = unsafe_yyjson_get_len(raw)
            left = count
            current = unsafe_yyjson_get_first(raw.value)
        }

        @usableFromInline
        mutating func nextElement() -> UnsafeMutableRawPointer? {
            guard left > 0 else { return nil }
            left -= 1
            defer { current = unsafe_yyjson_get_next(current) }
            return UnsafeMutableRawPointer(current)
        }

        @usableFromInline
        mutating func nextMember() -> (key: UnsafeMutableRawPointer, value: UnsafeMutableRawPointer)? {
            guard left > 0 else { return nil }
            left -= 1
            let key = current
            let value = key + 1  // a value follows its key
            current = unsafe_yyjson_get_next(value)
            return (UnsafeMutableRawPointer(key), UnsafeMutableRawPointer(value))
        }
    }
}

extension UnsafeMutableRawPointer {
    fileprivate var value: UnsafeMutablePointer<yyjson_val> { assumingMemoryBound(to: yyjson_val.self) }
}
