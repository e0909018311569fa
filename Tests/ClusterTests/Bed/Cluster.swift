// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON

/// The bed's cluster, by `kubectl`.
enum Cluster {
    @discardableResult
    static func kubectl(_ arguments: String..., input: String = "") async throws -> String {
        try await Bed.call(["testbed/bed", "kubectl"] + arguments, input)
    }

    static func apply(_ manifest: String) async throws { try await kubectl("apply", "-f", "-", input: manifest) }

    /// `kubectl get … -o json`
    static func get(_ arguments: String...) async throws -> JSON {
        try parse(try await Bed.call(["testbed/bed", "kubectl", "get"] + arguments + ["-o", "json"], ""))
    }

    static func parse(_ text: String) throws -> JSON { try JSONDocument(parsing: text.utf8).decode() }

    /// Waits until the resource has this phase, and returns it.
    @discardableResult
    static func resource(_ name: String, in namespace: String = "default", is phase: String) async throws -> JSON {
        let condition = "--for=jsonpath={.status.phase}=\(phase)"
        do {
            try await kubectl("wait", "-n", namespace, "icebergconnect/\(name)", condition, "--timeout=240s")
        } catch {
            let seen = try await get("icebergconnect", name, "-n", namespace)["status"] ?? "no status"
            throw Bed.Failed(description: "\(namespace)/\(name) is not \(phase): \(seen)")
        }
        return try await get("icebergconnect", name, "-n", namespace)
    }

    /// A namespace as strict as can be. Whoever makes it deletes it.
    static func makeNamespace(_ name: String) async throws {
        try await kubectl("create", "namespace", name)
        try await kubectl("label", "namespace", name, "pod-security.kubernetes.io/enforce=restricted")
    }

    static func deleteNamespace(_ name: String) async throws {
        try await kubectl("delete", "namespace", name, "--timeout=120s")
    }

    /// Asks again until there is an answer; fails after five minutes.
    static func eventually<Value>(_ what: String, _ ask: () async throws -> Value?) async throws -> Value {
        for _ in 0..<300 {
            if let value = try await ask() { return value }
            try await Task.sleep(for: .seconds(1))  // between two looks at another process
        }
        throw Bed.Failed(description: "it never came to this: \(what)")
    }

    /// The reasons of the Events about an object, in their order.
    static func reasons(about object: JSON) async throws -> [String] {
        let namespace = object.at("metadata.namespace")?.text ?? "default"
        let events = try await get("events.events.k8s.io", "-n", namespace).items
            .filter { $0.at("regarding.uid") == object.at("metadata.uid") }
        let sorted = events.sorted { ($0["eventTime"]?.text ?? "") < ($1["eventTime"]?.text ?? "") }
        return sorted.compactMap { $0["reason"]?.text }
    }
}

extension JSON {
    var text: String? { if case .string(let text) = self { text } else { nil } }
    var number: Int64? { if case .integer(let number) = self { number } else { nil } }
    var elements: [JSON] { if case .array(let elements) = self { elements } else { [] } }
    var items: [JSON] { self["items"]?.elements ?? [] }
    var name: String? { at("metadata.name")?.text }

    /// A member of a member: `status.phase`.
    func at(_ path: String) -> JSON? {
        path.split(separator: ".").reduce(Optional(self)) { value, key in value?[String(key)] }
    }

    /// Of an `IcebergConnect`: the condition of this type.
    func condition(_ type: String) -> JSON? {
        at("status.conditions")?.elements.first { $0["type"]?.text == type }
    }

    /// Of a Deployment: the image of its first container.
    var image: String? { at("spec.template.spec.containers")?.elements.first?["image"]?.text }
}
