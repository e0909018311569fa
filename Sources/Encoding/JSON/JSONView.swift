// SPDX-License-Identifier: Apache-2.0

internal import CYYJSON

/// One value inside a ``JSONDocument``.
///
/// It is lent to an initialiser and cannot be kept: it is noncopyable and arrives as `borrowing`, so a pointer into
/// the document never outlives the document.
///
/// The generic functions are `@inlinable`, because a model in another module would otherwise run unspecialised code;
/// what they call in C stays behind the functions of `JSONView+Raw.swift`, so no C type shows above this module.
public struct JSONView: ~Copyable {
    @usableFromInline let raw: UnsafeMutableRawPointer

    @usableFromInline
    init(_ raw: UnsafeMutableRawPointer) { self.raw = raw }

    // MARK: Objects

    /// The value of a key that has to be there.
    @inlinable
    public func value<Value: JSONDecodable>(_ key: StaticString) throws(JSONError) -> Value {
        guard let member = try member(key) else { throw JSONError("is missing").inside("\(key)") }
        do throws(JSONError) {
            return try Value(JSONView(member))
        } catch {
            throw error.inside("\(key)")
        }
    }

    /// The value of a key that may be missing or null.
    @inlinable
    public func optional<Value: JSONDecodable>(_ key: StaticString) throws(JSONError) -> Value? {
        guard let member = try member(key), !Self.isNull(member) else { return nil }
        do throws(JSONError) {
            return try Value(JSONView(member))
        } catch {
            throw error.inside("\(key)")
        }
    }

    /// Calls `body` with every key and value of an object, in the order of the text.
    @inlinable
    public func forEachMember(_ body: (String, borrowing JSONView) throws(JSONError) -> Void) throws(JSONError) {
        var cursor = try Cursor(overObject: raw)
        while let (key, member) = cursor.nextMember() {
            let name = Self.text(key)
            do throws(JSONError) {
                try body(name, JSONView(member))
            } catch {
                throw error.inside(name)
            }
        }
    }

    // MARK: Arrays

    /// Calls `body` with every element, in order.
    @inlinable
    public func forEachElement(_ body: (borrowing JSONView) throws(JSONError) -> Void) throws(JSONError) {
        var cursor = try Cursor(overArray: raw)
        var index = 0
        while let element = cursor.nextElement() {
            do throws(JSONError) {
                try body(JSONView(element))
            } catch {
                throw error.inside("[\(index)]")
            }
            index += 1
        }
    }

    /// All elements, in order.
    @inlinable
    public func array<Element: JSONDecodable>() throws(JSONError) -> [Element] {
        var cursor = try Cursor(overArray: raw)
        var elements: [Element] = []
        elements.reserveCapacity(cursor.count)
        while let element = cursor.nextElement() {
            do throws(JSONError) {
                elements.append(try Element(JSONView(element)))
            } catch {
                throw error.inside("[\(elements.count)]")
            }
        }
        return elements
    }
}

/// A type that knows how to read itself.
public protocol JSONDecodable {
    init(_ json: borrowing JSONView) throws(JSONError)
}
