// SPDX-License-Identifier: Apache-2.0

extension String: JSONDecodable {
    @inlinable
    public init(_ json: borrowing JSONView) throws(JSONError) { self = try json.string() }
}

extension Bool: JSONDecodable {
    @inlinable
    public init(_ json: borrowing JSONView) throws(JSONError) { self = try json.bool() }
}

extension Int64: JSONDecodable {
    @inlinable
    public init(_ json: borrowing JSONView) throws(JSONError) { self = try json.integer() }
}

extension Int: JSONDecodable {
    @inlinable
    public init(_ json: borrowing JSONView) throws(JSONError) { self = Int(try json.integer()) }
}

extension Double: JSONDecodable {
    @inlinable
    public init(_ json: borrowing JSONView) throws(JSONError) { self = try json.double() }
}

extension Array: JSONDecodable where Element: JSONDecodable {
    @inlinable
    public init(_ json: borrowing JSONView) throws(JSONError) { self = try json.array() }
}
