// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import YAML

/// One thing that a role allows, or that somebody did.
struct Permission: Hashable, CustomStringConvertible {
    var group: String
    /// With the subresource, if it is one: `icebergconnects/status`.
    var resource: String
    var verb: String

    var description: String { "\(verb) \(resource)\(group.isEmpty ? "" : ".\(group)")" }

    /// What the roles of a manifest allow.
    ///
    /// - Parameter path: in the repository.
    static func listed(in path: String) throws -> Set<Permission> {
        try listed(inDocuments: [UInt8](Data(contentsOf: Bed.root.appendingPathComponent(path))))
    }

    static func listed(inDocuments text: [UInt8]) throws -> Set<Permission> {
        var permissions: Set<Permission> = []
        for document in try YAML.documents(in: text) {
            let object: JSON = try document.decode()
            guard let kind = object["kind"]?.text, ["Role", "ClusterRole"].contains(kind) else { continue }
            for rule in object["rules"]?.elements ?? [] {
                for group in rule["apiGroups"]?.texts ?? [] {
                    for resource in rule["resources"]?.texts ?? [] {
                        for verb in rule["verbs"]?.texts ?? [] {
                            permissions.insert(Permission(group: group, resource: resource, verb: verb))
                        }
                    }
                }
            }
        }
        return permissions
    }
}

extension JSON {
    fileprivate var texts: [String] { elements.compactMap(\.text) }
}

/// What the pods of the bed asked the API server for.
struct AuditLog {
    private let entries: [JSON]

    init(_ file: URL) throws {
        let text = try String(contentsOf: file, encoding: .utf8)
        entries = try text.split(separator: "\n").map { try JSONDocument(parsing: $0.utf8).decode() }
    }

    /// What was allowed to the users that `isMeant` says yes to. Applying an object that is not there takes two rights.
    func used(by isMeant: (String) -> Bool) -> Set<Permission> {
        var permissions: Set<Permission> = []
        for entry in entries where isMeant(user(entry)) && !isRefused(entry) {
            guard let permission = permission(entry) else { continue }
            permissions.insert(permission)
            if permission.verb == "patch", entry.at("responseStatus.code")?.number == 201 {
                permissions.insert(Permission(group: permission.group, resource: permission.resource, verb: "create"))
            }
        }
        return permissions
    }

    /// What no role allowed, each once. Nothing is said of a right that a user had before: on removal roles may go
    /// before the last pod has ended.
    var refused: [String] {
        var allowed: Set<String> = []
        var refused: Set<String> = []
        for entry in entries {
            guard let permission = permission(entry) else { continue }
            let request = "\(user(entry)): \(permission)"
            if !isRefused(entry) {
                allowed.insert(request)
            } else if !allowed.contains(request) {
                refused.insert(request)
            }
        }
        return refused.sorted()
    }

    private func user(_ entry: JSON) -> String { entry.at("user.username")?.text ?? "" }

    private func isRefused(_ entry: JSON) -> Bool {
        entry["annotations"]?["authorization.k8s.io/decision"]?.text == "forbid"
    }

    private func permission(_ entry: JSON) -> Permission? {
        guard let verb = entry["verb"]?.text, let reference = entry["objectRef"] else { return nil }
        let resource = [reference["resource"]?.text, reference["subresource"]?.text].compactMap { $0 }
        return Permission(
            group: reference["apiGroup"]?.text ?? "",
            resource: resource.joined(separator: "/"),
            verb: verb
        )
    }
}
