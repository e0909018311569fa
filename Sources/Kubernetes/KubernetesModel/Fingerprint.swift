// SPDX-License-Identifier: Apache-2.0

package import JSON

/// A 64-bit number that changes with the content of an object, to see drift without keeping the object (row 62).
///
/// FNV-1a over the values in the order of the text. Equal objects from one server have equal texts; a server of another
/// version may order them anew, which costs one needless apply.
package struct Fingerprint: Hashable, Sendable {
    package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    package init() {}

    /// Of an intent, as it is sent.
    package init(of bytes: [UInt8]) { add(bytes) }

    /// Of an object as the server shows it, without what changes by itself: `status`, and in the metadata
    /// `managedFields`, `resourceVersion` and `generation`. The items of a list lack `apiVersion` and `kind`, so these
    /// do not count either.
    package init(of object: borrowing JSONView) throws(JSONError) {
        try object.forEachMember { key, value throws(JSONError) in
            switch key {
            case "status", "apiVersion", "kind": return
            case "metadata":
                try value.forEachMember { key, value throws(JSONError) in
                    if ["managedFields", "resourceVersion", "generation"].contains(key) { return }
                    try add(key, value)
                }
            default: try add(key, value)
            }
        }
    }

    private mutating func add(_ key: String, _ value: borrowing JSONView) throws(JSONError) {
        add(key)
        try add(value)
    }

    private mutating func add(_ view: borrowing JSONView) throws(JSONError) {
        switch view.kind {
        case .null: add([0])
        case .bool: add([1, try view.bool() ? 1 : 0])
        case .integer: add("\(try view.integer())")
        case .double: add("\(try view.double())")
        case .string: add(try view.string())
        case .array:
            add([2])
            try view.forEachElement { element throws(JSONError) in try add(element) }
            add([3])
        case .object:
            add([4])
            try view.forEachMember { key, value throws(JSONError) in try add(key, value) }
            add([5])
        }
    }

    private mutating func add(_ text: String) {
        add(text.utf8)
        add([0xff])  // no text has this byte, so "ab", "c" is not "a", "bc"
    }

    private mutating func add(_ bytes: some Sequence<UInt8>) {
        for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
    }
}
