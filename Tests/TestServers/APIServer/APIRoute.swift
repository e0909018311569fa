// SPDX-License-Identifier: Apache-2.0

internal import HTTPServer

/// A kind of object, as URLs name it.
struct APICollection: Hashable, Sendable {
    /// Empty for the core group.
    var group: String
    var version: String
    var plural: String

    var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
}

/// What a request is about.
struct APIRoute: Sendable {
    var collection: APICollection
    var namespace: String?
    var name: String?
    /// `status`; empty for the object itself.
    var subresource = ""
    var query: [String: String] = [:]

    /// `nil` if the path is none of `/api/…` and `/apis/…`.
    init?(_ request: ServerRequest) {
        var parts = request.path.split(separator: "/").map { Self.decoded($0) }[...]
        switch parts.popFirst() {
        case "api":
            guard let version = parts.popFirst() else { return nil }
            collection = APICollection(group: "", version: version, plural: "")
        case "apis":
            guard let group = parts.popFirst(), let version = parts.popFirst() else { return nil }
            collection = APICollection(group: group, version: version, plural: "")
        default: return nil
        }
        if parts.first == "namespaces", parts.count > 2 {
            parts.removeFirst()
            namespace = parts.popFirst()
        }
        guard let plural = parts.popFirst() else { return nil }
        collection.plural = plural
        name = parts.popFirst()
        subresource = parts.popFirst() ?? ""
        for field in request.query.split(separator: "&") {
            let pair = field.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query[Self.decoded(pair[0])] = pair.count > 1 ? Self.decoded(pair[1]) : ""
        }
    }

    /// Whether an object belongs to the list or the watch that is asked for.
    func selects(_ object: StoredObject) -> Bool {
        guard namespace == nil || namespace == object.key.namespace, name == nil || name == object.key.name else {
            return false
        }
        let labels = object.body["metadata"]?["labels"]
        let matchesLabels = (query["labelSelector"] ?? "").split(separator: ",").allSatisfy { requirement in
            let pair = requirement.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard pair.count == 2 else { return labels?[String(requirement)] != nil }
            return labels?[String(pair[0])] == .string(String(pair[1]))
        }
        let matchesFields = (query["fieldSelector"] ?? "").split(separator: ",").allSatisfy { requirement in
            requirement == "metadata.name=\(object.key.name)"
        }
        return matchesLabels && matchesFields
    }

    /// As RBAC says it.
    func denial(of method: String) -> String {
        let verb =
            switch method {
            case "GET": name == nil ? "list" : "get"
            case "POST": "create"
            default: method.lowercased()
            }
        return "User \"test\" cannot \(verb) resource \"\(collection.plural)\" in API group \"\(collection.group)\""
    }

    private static func decoded(_ text: some StringProtocol) -> String {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), rest.count >= 2,
                let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest.removeFirst(2)
            } else {
                bytes.append(byte == UInt8(ascii: "+") ? UInt8(ascii: " ") : byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
