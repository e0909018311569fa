// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import KubernetesModel
internal import Resources

/// The credentials that a resource uses, from its specification or from the Secrets it names.
struct ReferencedSecrets {
    /// What is not there, for people: `Secret shop/kafka does not exist`. Sorted, each once.
    private(set) var missing: [String] = []
    /// `nil` if the keys are missing or nothing is transferred.
    private(set) var s3Credentials: WantedImage.Credentials?
    private(set) var workerJAAS = Value.none
    private(set) var coordinatorJAAS = Value.none
    private(set) var workerLogin = Value.none
    private(set) var coordinatorLogin = Value.none
    /// `nil` if the Secret is missing; empty if none is named.
    private(set) var catalog: [String: Secret]? = [:]

    /// A credential that may not be needed, and may not be there although it is.
    enum Value: Equatable {
        case none
        case missing
        case value(Secret)

        var secret: Secret? { if case .value(let secret) = self { secret } else { nil } }
    }

    private let namespace: String
    private let secrets: [String: IcebergConnectObservation.SecretContent]

    init(
        of spec: IcebergConnectSpec,
        namespace: String,
        secrets: [String: IcebergConnectObservation.SecretContent]
    ) {
        self.namespace = namespace
        self.secrets = secrets
        s3Credentials = spec.readsFromS3 ? credentials(spec.s3Config?.credentials ?? .environment) : nil
        if !spec.coordinatorOnly {
            workerJAAS = value(spec.worker.kafka.jaas)
            workerLogin = login(spec.images.worker?.pushSecret)
        }
        coordinatorJAAS = value(spec.coordinatorKafka.jaas)
        coordinatorLogin = login(spec.images.coordinator.pushSecret)
        if let name = spec.coordinator.job.catalogSecret { catalog = content(of: name) }
        missing = Array(Set(missing)).sorted()
    }

    private mutating func credentials(_ given: IcebergConnectSpec.S3.Credentials) -> WantedImage.Credentials? {
        switch given {
        case .environment: return .environment
        case .inline(let id, let key): return .keys(accessKeyID: id, secretAccessKey: key)
        case .secret(let name):
            let id = value(of: name, key: "access-key-id")
            let key = value(of: name, key: "secret-access-key")
            guard let id = id.secret, let key = key.secret else { return nil }
            return .keys(accessKeyID: id, secretAccessKey: key)
        }
    }

    private mutating func value(_ jaas: IcebergConnectSpec.JAAS?) -> Value {
        switch jaas {
        case nil: .none
        case .inline(let text): .value(text)
        case .secret(let name, let key): value(of: name, key: key)
        }
    }

    private mutating func login(_ name: String?) -> Value {
        name.map { value(of: $0, key: ".dockerconfigjson") } ?? .none
    }

    private mutating func value(of name: String, key: String) -> Value {
        guard let content = content(of: name) else { return .missing }
        if let secret = content[key] { return .value(secret) }
        missing.append("Secret \(namespace)/\(name) has no key \(key)")
        return .missing
    }

    private mutating func content(of name: String) -> IcebergConnectObservation.SecretContent? {
        if let content = secrets[name] { return content }
        missing.append("Secret \(namespace)/\(name) does not exist")
        return nil
    }
}

extension IcebergConnectSpec {
    /// True if an image is read from S3.
    var readsFromS3: Bool {
        neededImages.contains { _, image in if case .tar = image.source { true } else { false } }
    }

    /// The images that are needed, by role.
    var neededImages: [(role: ImageRole, image: Image)] {
        ImageRole.allCases.compactMap { role in
            switch role {
            case .coordinator: (role, images.coordinator)
            case .worker: coordinatorOnly ? nil : images.worker.map { (role, $0) }
            }
        }
    }
}
