// SPDX-License-Identifier: Apache-2.0

import Basics
import Foundation
import JSON
import KubernetesModel
import Planning
import Resources
import TestSupport
import Testing
import YAML

typealias Observation = IcebergConnectObservation

/// A resource and its surroundings, and what becomes of both when plans are carried out.
struct Scene {
    var resource: IcebergConnect
    var seen: Observation
    /// The last intent for each object.
    var applied: [String: ApplyIntent] = [:]

    init(_ resource: IcebergConnect) {
        self.resource = resource
        self.resource.metadata.uid = "11111111-2222-3333-4444-555555555555"
        self.resource.metadata.generation = 1
        self.resource.metadata.creationTimestamp = "2026-01-01T00:00:00Z"
        seen = Observation(
            now: "2026-01-01T00:00:10Z",
            settings: Observation.Settings(operatorImage: "localhost:5000/iceberg-connect-operator:latest")
        )
    }

    /// A manifest of the folder `examples` with something changed.
    init(example name: String, _ change: (inout JSON) -> Void = { _ in }) throws {
        let file = Golden.repository.appending(path: "examples/iceberg-connect-\(name).yaml")
        let document = try #require(try YAML.documents(in: [UInt8](Data(contentsOf: file))).first)
        var object = try document.decode(JSON.self)
        change(&object)
        try self.init(JSONDocument(parsing: object.jsonBytes).decode(IcebergConnect.self))
    }

    /// The quick start with something changed.
    static func quickStart(_ change: (inout JSON) -> Void = { _ in }) throws -> Scene {
        try Scene(example: "quick-start", change)
    }

    /// Edits the specification as a user does: it becomes that of the quick start with something changed.
    mutating func edit(_ change: (inout JSON) -> Void) throws {
        resource.spec = try Self.quickStart(change).resource.spec
        resource.metadata.generation = (resource.metadata.generation ?? 0) + 1
    }

    var spec: IcebergConnectSpec { get throws { try resource.spec.get() } }
    var names: IcebergConnectNames { get throws { IcebergConnectNames(resource.metadata, try spec) } }
    var plan: IcebergConnectPlan { IcebergConnectPlanner.plan(resource, given: seen) }

    // MARK: Carrying out

    /// Carries out one plan as the runtime would, and the applied objects become children.
    @discardableResult
    mutating func reconcile() -> IcebergConnectPlan {
        let plan = plan
        for step in plan.steps {
            switch step {
            case .apply(let intent): apply(intent)
            case .delete(let kind, let key, let uid):
                seen.children.removeAll { $0.kind == kind && $0.key == key && $0.uid == uid }
                applied["\(kind.kind) \(key)"] = nil
            case .effect: break
            }
        }
        let status = plan.status?.complete(generation: resource.metadata.generation, at: seen.now)
        resource.status = status ?? resource.status
        return plan
    }

    /// Reconciles as long as the plan asks to be looked at again at once.
    @discardableResult
    mutating func settle() -> [IcebergConnectPlan] {
        var plans: [IcebergConnectPlan] = []
        repeat { plans.append(reconcile()) } while plans.last?.revisit == .after(.zero) && plans.count < 20
        return plans
    }

    private mutating func apply(_ intent: ApplyIntent) {
        let name = "\(intent.kind.kind) \(intent.key)"
        applied[name] = intent
        guard !seen.children.contains(where: { $0.kind == intent.kind && $0.key == intent.key }) else { return }
        seen.children.append(child(intent.kind, intent.key, owner: resource.metadata.uid))
    }

    func child(_ kind: ResourceKind, _ key: ObjectKey, owner: String?) -> Observation.Child {
        var metadata = ObjectMeta(name: key.name, namespace: key.namespace, uid: "uid of \(kind.kind) \(key)")
        metadata.ownerReferences =
            owner.map {
                [OwnerReference(apiVersion: "v1", kind: "X", name: "x", uid: $0, isController: true)]
            } ?? []
        return Observation.Child(kind: kind, metadata: metadata)
    }

    // MARK: What happens around it

    static let digests: [ImageRole: String] = [
        .worker: String(repeating: "a", count: 64), .coordinator: String(repeating: "b", count: 64),
    ]

    /// What the plan wants in the registry.
    private var wantedImages: [WantedImage] {
        plan.steps.compactMap { step in
            if case .effect(.obtainImage(let image, _, _)) = step { image } else { nil }
        }
    }

    /// The transfer of an image comes to a state.
    mutating func transfer(_ role: ImageRole, _ state: Observation.ImageProgress.State) throws {
        let image = try #require(wantedImages.first { $0.role == role })
        seen.images[role] = Observation.ImageProgress(source: image.source, state: state)
    }

    /// Of all images that are in S3.
    mutating func finishTransfers(containsKittiwake: Bool = true) throws {
        for role in wantedImages.map(\.role) {
            let digest = try #require(Digest(hex: Self.digests[role] ?? ""))
            let image = ObtainedImage(
                digest: digest,
                etag: "etag-\(role)",
                containsKittiwake: role == .coordinator && containsKittiwake
            )
            try transfer(role, .done(image))
        }
    }

    /// The pods of the applied Deployment become ready, or some of them.
    mutating func start(_ role: ImageRole, ready: Int? = nil) throws {
        let applied = try #require(self.deployment(of: role))
        let replicas = applied["spec"]?["replicas"]?.integer ?? 0
        let annotation = applied["metadata"]?["annotations"]?[AppliedHash.annotation]?.string
        let container = applied["spec"]?["template"]?["spec"]?["containers"]?.elements.first
        let state = Observation.DeploymentState(
            isCurrent: true,
            desired: replicas,
            replicas: replicas,
            updated: replicas,
            ready: ready ?? replicas,
            image: container?["image"]?.string,
            appliedHash: annotation
        )
        if role == .worker { seen.workers = state } else { seen.coordinators = state }
    }

    /// From the beginning to `Ready`, without a look at what happens on the way.
    mutating func becomeReady() throws {
        reconcile()
        try finishTransfers()
        settle()
        if try !spec.coordinatorOnly { try start(.worker) }
        try start(.coordinator)
        seen.connect = .version("4.1.0")
        settle()
        try #require(resource.status?.phase == .ready, "\(resource.status?.message ?? "no status")")
    }

    /// A quick start with something changed, when it is ready.
    static func ready(_ change: (inout JSON) -> Void = { _ in }) throws -> Scene {
        var scene = try quickStart(change)
        try scene.becomeReady()
        return scene
    }

    // MARK: What came of it

    func object(_ name: String) -> JSON? { applied[name]?.body }

    func deployment(of role: ImageRole) -> JSON? {
        let prefix = role == .worker ? "kafka-connect-workers-" : "iceberg-job-manager-"
        return applied.values.first { $0.kind.kind == "Deployment" && $0.key.name.hasPrefix(prefix) }?.body
    }

    func pod(_ role: ImageRole) throws -> JSON {
        try #require(deployment(of: role)?[["spec", "template", "spec"]])
    }

    func container(_ role: ImageRole) throws -> JSON { try #require(try pod(role)["containers"]?.elements.first) }

    func condition(_ type: IcebergConnectCondition) -> Condition? { resource.status?.conditions[type.rawValue] }

    /// All objects as YAML documents, in the order of the plan.
    var objects: [UInt8] {
        YAML.text(of: plan.steps.compactMap { if case .apply(let intent) = $0 { intent.body } else { nil } })
    }
}

extension IcebergConnectPlan {
    /// `Deployment shop/orders` and the UID, of each object that goes.
    var deletions: [String] {
        steps.compactMap { step in
            if case .delete(let kind, let key, let uid) = step { "\(kind.kind) \(key) \(uid)" } else { nil }
        }
    }

    /// `Deployment shop/orders`, of each object that is applied.
    var applies: [String] {
        steps.compactMap { if case .apply(let intent) = $0 { "\(intent.kind.kind) \(intent.key)" } else { nil } }
    }
}

extension JSON {
    var string: String? { if case .string(let text) = self { text } else { nil } }
    var integer: Int? { if case .integer(let number) = self { Int(number) } else { nil } }
    var elements: [JSON] { if case .array(let elements) = self { elements } else { [] } }
    var keys: [String] { if case .object(let object) = self { object.members.map(\.key) } else { [] } }

    /// The member at a path of names.
    subscript(path: [String]) -> JSON? { path.reduce(self) { $0?[$1] } }
}

extension Optional where Wrapped == JSON {
    var string: String? { self?.string }
}
