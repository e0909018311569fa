// SPDX-License-Identifier: Apache-2.0

internal import CYYJSON

/// Makes a ``JSONDocument`` out of something that is not JSON text, so that YAML and JSON feed the same models.
///
/// Not `Sendable`: it is built and finished in one place.
public final class JSONDocumentBuilder {
    /// A value of this builder. Means nothing to another one.
    public struct Node {
        fileprivate let raw: UnsafeMutablePointer<yyjson_mut_val>?
    }

    private let document: UnsafeMutablePointer<yyjson_mut_doc>?

    public init() { document = yyjson_mut_doc_new(nil) }

    deinit { yyjson_mut_doc_free(document) }

    /// A new `null`.
    public func null() -> Node { Node(raw: yyjson_mut_null(document)) }
    /// A new `true` or `false`.
    public func bool(_ value: Bool) -> Node { Node(raw: yyjson_mut_bool(document, value)) }
    /// A new integer.
    public func integer(_ value: Int64) -> Node { Node(raw: yyjson_mut_sint(document, value)) }
    /// A new number; finite, as JSON has no other.
    public func double(_ value: Double) -> Node { Node(raw: yyjson_mut_real(document, value)) }
    /// A new, empty array.
    public func array() -> Node { Node(raw: yyjson_mut_arr(document)) }
    /// A new, empty object.
    public func object() -> Node { Node(raw: yyjson_mut_obj(document)) }

    /// Copies the bytes, which have to be UTF-8.
    public func string(_ utf8: UnsafeRawBufferPointer) -> Node {
        guard let start = utf8.baseAddress else { return Node(raw: yyjson_mut_strncpy(document, "", 0)) }
        return Node(raw: yyjson_mut_strncpy(document, start.assumingMemoryBound(to: CChar.self), utf8.count))
    }

    /// Adds an element at the end of an array.
    public func append(_ element: Node, to array: Node) { yyjson_mut_arr_append(array.raw, element.raw) }

    /// Adds a member. Does not look whether the key is already there.
    public func add(_ key: Node, _ value: Node, to object: Node) { yyjson_mut_obj_add(object.raw, key.raw, value.raw) }

    /// A copy with everything below it: a node can be in one place only.
    public func copy(_ node: Node) -> Node { Node(raw: yyjson_mut_val_mut_copy(document, node.raw)) }

    /// The document with `root` as its value.
    public func finish(_ root: Node) throws(JSONError) -> JSONDocument {
        guard let document = yyjson_mut_val_imut_copy(root.raw, nil) else { throw JSONError("out of memory") }
        return JSONDocument(adopting: document)
    }
}
