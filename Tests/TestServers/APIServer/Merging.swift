// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// Server-side apply, as far as our objects need it: what a manager applied before and leaves out now goes, unless another
/// manager applied it too. Lists with a merge key are merged by it, others are replaced whole.
enum FieldOwnership {
    static func apply(_ intent: JSON, over live: JSON, previous: JSON?, others: [JSON]) -> JSON {
        var result = live
        if let previous { result = removing(previous, notIn: intent, others, from: result) ?? .object(JSONObject()) }
        return overlay(intent, on: result, key: "")
    }

    private static func overlay(_ intent: JSON, on live: JSON?, key: String) -> JSON {
        switch (intent, live) {
        case (.object(let fields), .object?):
            var result = live ?? [:]
            for (name, value) in fields.members { result[name] = overlay(value, on: live?[name], key: name) }
            return result
        case (.array(let new), .array(let old)?):
            if key == "finalizers" { return .array(old + new.filter { !old.contains($0) }) }
            guard let mergeKey = mergeKey(of: key) else { return intent }
            var result = old
            for element in new {
                if let index = result.firstIndex(where: { $0[mergeKey] == element[mergeKey] }) {
                    result[index] = overlay(element, on: result[index], key: "")
                } else {
                    result.append(element)
                }
            }
            return .array(result)
        default: return intent
        }
    }

    /// `nil`: nothing is left of it.
    private static func removing(
        _ previous: JSON,
        notIn intent: JSON?,
        _ others: [JSON],
        from live: JSON,
        key: String = ""
    ) -> JSON? {
        switch (previous, live) {
        case (.object(let fields), .object):
            var result = live
            for (name, value) in fields.members {
                guard let child = live[name] else { continue }
                let wantedByOthers = others.compactMap { $0[name] }
                if intent?[name] == nil, wantedByOthers.isEmpty, !isNested(value, name) {
                    result[name] = nil
                } else {
                    result[name] = removing(value, notIn: intent?[name], wantedByOthers, from: child, key: name)
                }
            }
            if intent == nil, others.isEmpty, case .object(let rest) = result, rest.members.isEmpty { return nil }
            return result
        case (.array(let old), .array(let elements)):
            guard let mergeKey = mergeKey(of: key) else { return live }
            let wanted = ([intent] + others.map(Optional.some)).flatMap { value -> [JSON] in
                if case .array(let elements)? = value { elements } else { [] }
            }
            let gone = old.filter { element in !wanted.contains { $0[mergeKey] == element[mergeKey] } }
            let rest = elements.filter { element in !gone.contains { $0[mergeKey] == element[mergeKey] } }
            return rest.isEmpty && intent == nil ? nil : .array(rest)
        default: return live
        }
    }

    private static func isNested(_ value: JSON, _ name: String) -> Bool {
        switch value {
        case .object: true
        case .array: mergeKey(of: name) != nil
        case .null, .bool, .integer, .double, .string: false
        }
    }

    /// By which field the elements of a list are told apart; `nil`: the list is one value.
    private static func mergeKey(of list: String) -> String? {
        switch list {
        case "conditions": "type"
        case "containers", "initContainers", "env", "volumes": "name"
        case "ownerReferences": "uid"
        default: nil
        }
    }
}

/// JSON merge patch (RFC 7386).
enum MergePatch {
    static func apply(_ patch: JSON, to target: JSON) -> JSON {
        guard case .object(let fields) = patch else { return patch }
        var result: JSON = if case .object = target { target } else { [:] }
        for (name, value) in fields.members {
            result[name] = value == .null ? nil : apply(value, to: result[name] ?? [:])
        }
        return result
    }
}
