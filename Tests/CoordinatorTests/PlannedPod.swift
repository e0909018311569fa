// SPDX-License-Identifier: Apache-2.0

import Basics
import Foundation
import JSON
import TestSupport
import Testing
import YAML

/// A pod of the coordinator's Deployment among planned objects, and what the kubelet would give it.
struct PlannedPod {
    private let objects: [JSON]
    private let deployment: JSON
    private let name: String

    /// - Parameter file: manifests, from the repository's folder.
    init(_ file: String, named name: String) throws {
        let bytes = try [UInt8](Data(contentsOf: Golden.repository.appending(path: file)))
        objects = try YAML.documents(in: bytes).map { try $0.decode() }
        let deployments = objects.filter { object in
            object["kind"] == "Deployment" && object.text("metadata", "name")?.hasPrefix("iceberg-job-manager-") == true
        }
        try #require(deployments.count == 1)
        deployment = deployments[0]
        self.name = name
    }

    var namespace: String? { deployment.text("metadata", "namespace") }

    var leaseName: String? { object("Lease")?.text("metadata", "name") }

    /// The coordinator's ConfigMap.
    var configuration: [String: String]? {
        objects.first { object in
            object["kind"] == "ConfigMap" && object.text("metadata", "name")?.hasPrefix("iceberg-job-manager-") == true
        }.map { $0.texts("data") }
    }

    /// The variables of its only container, each looked up where it refers to.
    ///
    /// - Throws: if a reference leads nowhere: such a pod does not start.
    var environment: [String: String] {
        get throws {
            let pod = deployment["spec"]?["template"]?["spec"]
            guard case .array(let containers)? = pod?["containers"], containers.count == 1,
                case .array(let variables)? = containers[0]["env"]
            else { throw Missing(what: "the container's variables") }
            var environment: [String: String] = [:]
            for variable in variables {
                let name = try #require(variable.text("name"))
                environment[name] = try #require(value(of: variable), "\(name) refers to nothing")
            }
            return environment
        }
    }

    struct Missing: Error { var what: String }

    private func value(of variable: JSON) -> String? {
        if let value = variable.text("value") { return value }
        switch variable.text("valueFrom", "fieldRef", "fieldPath") {
        case "metadata.name": return name
        case "metadata.namespace": return namespace
        default: break
        }
        for (kind, reference) in [("ConfigMap", "configMapKeyRef"), ("Secret", "secretKeyRef")] {
            guard let source = variable.text("valueFrom", reference, "name"),
                let key = variable.text("valueFrom", reference, "key")
            else { continue }
            let object = objects.first { $0["kind"] == .string(kind) && $0.text("metadata", "name") == source }
            let plain = object?.texts(kind == "Secret" ? "stringData" : "data")[key]
            return plain ?? object?.texts("data")[key]
        }
        return nil
    }

    private func object(_ kind: String) -> JSON? { objects.first { $0["kind"] == .string(kind) } }
}

extension JSON {
    fileprivate func text(_ path: String...) -> String? {
        let value = path.reduce(Optional(self)) { $0?[$1] }
        return if case .string(let text)? = value { text } else { nil }
    }

    fileprivate func texts(_ member: String) -> [String: String] {
        guard case .object(let object)? = self[member] else { return [:] }
        let pairs = object.members.compactMap { member -> (String, String)? in
            if case .string(let text) = member.value { (member.key, text) } else { nil }
        }
        return Dictionary(uniqueKeysWithValues: pairs)
    }
}
