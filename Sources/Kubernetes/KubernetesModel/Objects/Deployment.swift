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
        /// What keeps Kubernetes from making the pods, in its own words: that they are refused (condition `ReplicaFailure`,
        /// as by a quota), or that they have not become ready in time (`ProgressDeadlineExceeded`).
        package var obstacle: String?

        package init(
            observedGeneration: Int64 = 0,
            replicas: Int = 0,
            updatedReplicas: Int = 0,
            readyReplicas: Int = 0,
            obstacle: String? = nil
        ) {
            self.observedGeneration = observedGeneration
            self.replicas = replicas
            self.updatedReplicas = updatedReplicas
            self.readyReplicas = readyReplicas
            self.obstacle = obstacle
        }
    }

    package var metadata: ObjectMeta
    /// The server's default is 1.
    package var replicas: Int
    /// The image of the first container.
    package var image: String?
    package var status: Status

    package init(
        metadata: ObjectMeta,
        replicas: Int = 1,
        image: String? = nil,
        status: Status = Status()
    ) {
        self.metadata = metadata
        self.replicas = replicas
        self.image = image
        self.status = status
    }
}

extension Deployment: JSONDecodable {
    private struct Spec: JSONDecodable {
        var replicas: Int
        var image: String?

        init(_ json: borrowing JSONView) throws(JSONError) {
            replicas = try json.optional("replicas") ?? 1
            let template: Template? = try json.optional("template")
            image = template?.image
        }
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
            image: spec.image,
            status: try json.optional("status") ?? Status()
        )
    }

    /// The metadata, the selector and the image are what many have in common.
    package mutating func intern(with interner: inout Interner) {
        metadata.intern(with: &interner)
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
            obstacle: Self.obstacle(in: conditions)
        )
    }

    private static func obstacle(in conditions: [Condition]) -> String? {
        if let refused = conditions["ReplicaFailure"], refused.status == .true { return refused.message }
        let progressing = conditions["Progressing"]
        return progressing?.reason == "ProgressDeadlineExceeded" ? progressing?.message : nil
    }
}
