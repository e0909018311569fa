// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import HTTPClient
internal import ImageTransfer
internal import ObjectStorage
internal import Planning
internal import Resources

/// Brings a ``WantedImage`` from an object in S3 into its registry.
struct ImageFromStorage: Sendable {
    private let client: HTTPClient
    private let environment: [String: String]
    private let endpoints: RegistryEndpoints
    private let storage: TLSMaterial
    private let registry: TLSMaterial
    private let sent = SentLayers()
    private let limits: S3Client.Limits
    /// Of roles, by region. Kept, so that an image that is only looked at again does not cost fetching them anew.
    private let roles = Locked<[String: EnvironmentCredentials]>([:])

    /// Whoever writes resources chooses the regions.
    private static let mostRegions = 16

    /// - Parameters:
    ///   - environment: where a pod's role or web identity is described.
    ///   - storageAuthorities: PEM; `nil`: those of the system.
    ///   - registryAuthorities: PEM; `nil`: those of the system.
    ///   - limits: how patient to be with the store.
    init(
        _ client: HTTPClient,
        environment: [String: String],
        endpoints: RegistryEndpoints,
        storageAuthorities: [UInt8]?,
        registryAuthorities: [UInt8]?,
        limits: S3Client.Limits = S3Client.Limits()
    ) {
        self.client = client
        self.environment = environment
        self.endpoints = endpoints
        storage = TLSMaterial(authorities: storageAuthorities)
        registry = TLSMaterial(authorities: registryAuthorities)
        self.limits = limits
    }

    /// - Throws: ``ImageFailure``.
    func callAsFunction(
        _ wanted: WantedImage,
        _ known: KnownImage,
        _ report: @escaping @Sendable (ImageProgress) -> Void
    ) async throws -> ObtainedImage {
        do {
            let target = try ImageReference(parsing: "\(wanted.repository):\(wanted.tag)")
            let location = S3Location(
                bucket: wanted.bucket,
                key: wanted.key,
                region: wanted.region,
                endpoint: wanted.endpoint
            )
            let source = S3Object(S3Client(client, location, credentials(wanted), tls: storage, limits: limits))
            let login = try wanted.registryLogin.flatMap { secret in
                try secret.reveal { try DockerConfiguration(parsing: Array($0.utf8)).credentials(for: target) }
            }
            let transfer = ImageTransferJob(
                source: source,
                target: target,
                access: RegistryAccess(credentials: login, endpoints: endpoints, tls: registry),
                looksForKittiwake: wanted.role == .coordinator,
                knownLayers: known.layers.compactMap(ImageTransferOutcome.Layer.init)
            )
            let previous = known.image.map { known in
                ImageTransferJob.Previous(
                    version: known.etag,
                    digest: known.digest,
                    containsKittiwake: known.containsKittiwake
                )
            }
            let work = ImageTransfer(client, sent: sent)
            let outcome = try await work.transfer(transfer, previous: previous) { report(ImageProgress($0)) }
            return ObtainedImage(
                digest: outcome.digest,
                etag: outcome.version ?? "",
                containsKittiwake: outcome.containsKittiwake
            )
        } catch let error as any ExplainedError {
            throw ImageFailure(reason: error.reason, message: error.description)
        }
    }

    private func credentials(_ wanted: WantedImage) -> any CredentialsProvider {
        switch wanted.credentials {
        case .keys(let id, let key):
            StaticCredentials(S3Credentials(accessKey: id.reveal { $0 }, secretKey: key))
        case .environment: role(in: wanted.region)
        }
    }

    private func role(in region: String) -> EnvironmentCredentials {
        roles.withLock { roles in
            if let known = roles[region] { return known }
            if roles.count >= Self.mostRegions { roles = [:] }
            let role = EnvironmentCredentials(client, environment, region: region)
            roles[region] = role
            return role
        }
    }
}

extension ImageProgress {
    fileprivate init(_ progress: ImageTransferProgress) {
        let stage: Stage =
            switch progress.stage {
            case .reading: .reading
            case .completing: .completing
            }
        self.init(
            stage: stage,
            bytes: progress.bytesRead,
            total: progress.bytesTotal ?? 0,
            layers: progress.layers.map(IcebergConnectStatus.Layer.init)
        )
    }
}

extension ImageTransferOutcome.Layer {
    /// `nil` if what is written there is no layer: a status can be edited by hand.
    fileprivate init?(_ layer: IcebergConnectStatus.Layer) {
        guard let diffID = Digest(layer.diffID), let digest = Digest(layer.digest), layer.size >= 0 else { return nil }
        self.init(
            diffID: diffID,
            digest: digest,
            size: layer.size,
            mediaType: layer.mediaType,
            containsKittiwake: layer.containsKittiwake
        )
    }
}

extension IcebergConnectStatus.Layer {
    fileprivate init(_ layer: ImageTransferOutcome.Layer) {
        self.init(
            diffID: "\(layer.diffID)",
            digest: "\(layer.descriptor.digest)",
            size: layer.descriptor.size,
            mediaType: layer.descriptor.type,
            containsKittiwake: layer.containsKittiwake
        )
    }
}
