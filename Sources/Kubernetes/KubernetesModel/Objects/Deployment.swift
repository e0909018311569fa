// SPDX-License-Identifier: Apache-2.0

package import JSON

/// A Deployment, as far as the controllers look at it.
package struct Deployment: Resource {
    package static let kind = ResourceKind.deployment

    /// `status`, as the Deployment's own controller writes it. Counts that it leaves out are 0.
    package struct Status: Equatable, Sendable {
        package var observedGeneration: Int64
        package var replicas: Int
        /// With the newest pod template.
        package var updatedReplicas: Int
        package var readyReplicas: Int
        /// Ready for `minReadySeconds`.
        package var availableReplicas: Int
        package var unavailableReplicas: Int
        /// The `Progressing` condition; its reason `ProgressDeadlineExceeded` means that a rollout is stuck.
        package var progressing: Condition?
        /// The `ReplicaFailure` condition: pods could not be made, for example because of a quota.
        package var replicaFailure: Condition?

        package init(
            observedGeneration: Int64 = 0,
            replicas: Int = 0,
            updatedReplicas: Int = 0,
            readyReplicas: Int = 0,
            availableReplicas: Int = 0,
            unavailableReplicas: Int = 0,
            progressing: Condition? = nil,
            replicaFailure: Condition? = nil
        ) {
            self.observedGeneration = observedGeneration
            self.replicas = replicas
            self.updatedReplicas = updatedReplicas
            self.readyReplicas = readyReplicas
            self.availableReplicas = availableReplicas
            self.unavailableReplicas = unavailableReplicas
            self.progressing = progressing
            self.replicaFailure = replicaFailure
        }
    }

    package var metadata: ObjectMeta
    /// The server's default is 1.
    package var replicas: Int
    /// `spec.selector.matchLabels`. Cannot be changed once the object exists.
    package var selector: StringMap
    /// The image of the first container.
    package var image: String?
    package var status: Status

    package init(
        metadata: ObjectMeta,
        replicas: Int = 1,
        selector: StringMap = StringMap(),
        image: String? = nil,
        status: Status = Status()
    ) {
        self.metadata = metadata
        self.replicas = replicas
        self.selector = selector
        self.image = image
        self.status = status
    }

    /// Whether the newest template has reached all wanted replicas and nothing older is left (what `kubectl rollout
    /// status` waits for).
    package var isRolledOut: Bool {
        status.observedGeneration >= metadata.generation ?? 0 && status.updatedReplicas >= replicas
            && status.replicas <= status.updatedReplicas && status.availableReplicas >= status.updatedReplicas
    }
}

extension Deployment: JSONDecodable {
    private struct Spec: JSONDecodable {
        var replicas: Int
        var selector: StringMap
        var image: String?

        init(_ json: borrowing JSONView) throws(JSONError) {
            replicas = try json.optional("replicas") ?? 1
            let selector: MatchLabels? = try json.optional("selector")
            self.selector = selector?.labels ?? StringMap()
            let template: Template? = try json.optional("template")
            image = template?.image
        }
    }

    private struct MatchLabels: JSONDecodable {
        var labels: StringMap

        init(_ json: borrowing JSONView) throws(JSONError) { labels = try json.optional("matchLabels") ?? StringMap() }
    }

    private struct Template: JSONDecodable {
        var image: String?

        init(_ json: borrowing JSONView) throws(JSONError) {
            let spec: Containers? = try json.optional("spec")
            image = spec?.images.first ?? nil
        }
    }

    private struct Containers: JSONDecodable {
        var images: [String?] = []

        init(_ json: borrowing JSONView) throws(JSONError) {
            let containers: [Container]? = try json.optional("containers")
            images = containers?.map(\.image) ?? []
        }
    }

    private struct Container: JSONDecodable {
        var image: String?

        init(_ json: borrowing JSONView) throws(JSONError) { image = try json.optional("image") }
    }

    package init(_ json: borrowing JSONView) throws(JSONError) {
        let spec: Spec = try json.value("spec")
        self.init(
            metadata: try json.value("metadata"),
            replicas: spec.replicas,
            selector: spec.selector,
            image: spec.image,
            status: try json.optional("status") ?? Status()
        )
    }

    /// The metadata, the selector and the image are what many have in common.
    package mutating func intern(with interner: inout Interner) {
        metadata.intern(with: &interner)
        selector = interner(selector)
        image = image.map { interner($0) }
    }
}

extension Deployment.Status: JSONDecodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        let conditions: [Condition] = try json.optional("conditions") ?? []
        self.init(
            observedGeneration: try json.optional("observedGeneration") ?? 0,
            replicas: try json.optional("replicas") ?? 0,
            updatedReplicas: try json.optional("updatedReplicas") ?? 0,
            readyReplicas: try json.optional("readyReplicas") ?? 0,
            availableReplicas: try json.optional("availableReplicas") ?? 0,
            unavailableReplicas: try json.optional("unavailableReplicas") ?? 0,
            progressing: conditions["Progressing"],
            replicaFailure: conditions["ReplicaFailure"]
        )
    }
}
