// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import JSON
package import KubernetesModel
package import Resources

extension IcebergConnectPlan {
    /// The objects that a resource leads to once its images are there, in the order of applying, as a person may see
    /// them: credentials are masked, Secrets that it names are taken to exist, and an image that would be transferred
    /// has its tag instead of a digest.
    ///
    /// - Parameter settings: the same as for a plan.
    /// - Throws: all problems of the specification.
    package static func preview(
        of resource: IcebergConnect,
        settings: IcebergConnectObservation.Settings
    ) throws(InvalidSpec) -> [ApplyIntent] {
        let spec: IcebergConnectSpec
        switch resource.spec {
        case .success(let valid): spec = valid
        case .failure(let invalid): throw invalid
        }
        var resource = resource
        resource.status = IcebergConnectStatus(phase: .deploying)
        var seen = IcebergConnectObservation(now: "", settings: settings)
        for (name, key) in spec.referencedKeys { seen.secrets[name, default: [:]][key] = Secret(Credentials.mask) }
        for (role, image) in spec.images(for: ImageRole.allCases) {
            resource.status?.images[role] = IcebergConnectStatus.Image(
                source: "",
                reference: "\(image.registry)/iceberg-kafka-connect-\(role):\(image.tag)"
            )
        }
        return plan(resource, given: seen).steps.compactMap { step in
            if case .apply(let intent) = step { intent.masked } else { nil }
        }
    }
}

extension ApplyIntent {
    /// The intent with every value of a Secret masked.
    package var masked: ApplyIntent {
        guard kind == .secret, case .object(let data)? = body["data"] else { return self }
        let mask = JSON.string(Base64.encode(Array(Credentials.mask.utf8)))
        var masked = self
        masked.body["data"] = .object(JSONObject(data.members.map { ($0.key, mask) }))
        return masked
    }
}

extension IcebergConnectSpec {
    /// The keys of the Secrets that are needed, with the Secrets' names.
    fileprivate var referencedKeys: [(name: String, key: String)] {
        var keys: [(String, String)] = []
        if case .secret(let name) = s3Config?.credentials {
            keys += [(name, "access-key-id"), (name, "secret-access-key")]
        }
        for jaas in [worker.kafka.jaas, coordinatorKafka.jaas] {
            if case .secret(let name, let key) = jaas { keys.append((name, key)) }
        }
        let logins = [images.worker?.pushSecret, images.coordinator.pushSecret].compactMap { $0 }
        keys += logins.map { ($0, ".dockerconfigjson") }
        if let name = coordinator.job.catalogSecret { keys.append((name, "every-key-of-\(name)")) }
        return keys
    }
}
