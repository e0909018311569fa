// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// A list in a document that anybody may have written: a few bytes of text become many more in memory, so no more is
/// taken than an image can have.
struct ShortList<Element: JSONDecodable & Sendable>: JSONDecodable, Sendable {
    var elements: [Element] = []

    /// - Throws: `JSONError` as soon as there are too many.
    init(_ json: borrowing JSONView) throws(JSONError) {
        var elements: [Element] = []
        try json.forEachElement { (element) throws(JSONError) in
            guard elements.count < mostElements else {
                throw JSONError("there are more than \(mostElements), which no image has")
            }
            elements.append(try Element(element))
        }
        self.elements = elements
    }
}

/// Docker refuses images of more than 127 layers; OCI has no limit.
private let mostElements = 1000
