// SPDX-License-Identifier: Apache-2.0

internal import Basics
package import JSON
internal import KubernetesModel
package import Resources

/// What a resource leads to, without a cluster to ask: for people who want to read it before they apply it.
package enum IcebergConnectPreview {
    /// Stands where a digest will be once the image has been transferred.
    static let unknownDigest = String(repeating: "0", count: 64)
    /// Stands where a value of a Secret will be: a preview may end up in a log or a ticket.
    static let masked = "masked"

    /// The objects in the order of applying. Values of Secrets are masked, digests of images that have to be transferred
    /// first are zeros. What is in no cluster has no UID and owns nothing.
    ///
    /// - Parameters:
    ///   - now: RFC 3339.
    ///   - operatorImage: the image that coordinators run.
    /// - Returns: empty for an invalid specification.
    package static func objects(of resource: IcebergConnect, operatorImage: String, now: String) -> [JSON] {
        guard case .success(let spec) = resource.spec else { return [] }
        var resource = resource
        resource.status = IcebergConnectStatus(phase: .deploying)
        var seen = IcebergConnectObservation(now: now, settings: .init(operatorImage: operatorImage))
        for name in spec.referencedSecrets { seen.secrets[name] = content(of: name, in: spec) }
        // The wanted images are known only from a plan; with them in place a second one makes everything.
        for case .effect(.obtainImage(let image, _, _)) in IcebergConnectPlanner.plan(resource, given: seen).steps {
            guard let digest = Digest(hex: unknownDigest) else { continue }
            let state = IcebergConnectObservation.ImageProgress.State.done(
                .init(digest: digest, etag: "", containsKittiwake: false)
            )
            seen.images[image.role] = .init(source: image.source, state: state)
        }
        return IcebergConnectPlanner.plan(resource, given: seen).steps.compactMap { step in
            if case .apply(let intent) = step { shown(intent) } else { nil }
        }
    }

    /// Every key that the resource refers to, with a value that says where it will come from.
    private static func content(
        of name: String,
        in spec: IcebergConnectSpec
    ) -> IcebergConnectObservation.SecretContent {
        var keys = ["access-key-id", "secret-access-key", ".dockerconfigjson"]
        for jaas in [spec.worker.kafka.jaas, spec.coordinatorKafka.jaas] {
            if case .secret(let secret, let key) = jaas, secret == name { keys.append(key) }
        }
        // What a catalogue's Secret holds cannot be guessed; its keys are properties and would be taken for some.
        if spec.coordinator.job.catalogSecret == name { keys = [] }
        return Dictionary(keys.map { ($0, Secret(masked)) }) { first, _ in first }
    }

    private static func shown(_ intent: ApplyIntent) -> JSON {
        var body = intent.body
        if intent.kind == .secret, case .object(let data)? = body["data"] {
            body["data"] = .object(JSONObject(data.members.map { ($0.key, .string(masked)) }))
        }
        return body
    }
}
