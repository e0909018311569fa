// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import HTTPClient
internal import ImageTransfer
internal import ObjectStorage
internal import Planning

/// Carries out an ``ImageJob``: from an object in S3 into a registry.
struct ImageFromStorage: Sendable {
    private let client: HTTPClient
    private let environment: [String: String]
    private let endpoints: RegistryEndpoints
    private let storage: TLSMaterial
    private let registry: TLSMaterial
    private let sent = SentLayers()
    private let limits: S3Client.Limits

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
        _ job: ImageJob,
        _ known: ImageOutcome?,
        _ report: @escaping @Sendable (ImageProgress) -> Void
    ) async throws -> ImageOutcome {
        do {
            let target = try ImageReference(parsing: "\(job.repository):\(job.tag)")
            let location = S3Location(bucket: job.bucket, key: job.key, region: job.region, endpoint: job.endpoint)
            let source = S3Object(S3Client(client, location, credentials(job), tls: storage, limits: limits))
            let login = try job.registryLogin.flatMap { secret in
                try secret.reveal { try DockerConfiguration(parsing: Array($0.utf8)).credentials(for: target) }
            }
            let transfer = ImageTransferJob(
                source: source,
                target: target,
                access: RegistryAccess(credentials: login, endpoints: endpoints, tls: registry),
                looksForKittiwake: job.role == .coordinator
            )
            let previous = known.map { known in
                ImageTransferJob.Previous(
                    version: known.etag,
                    digest: known.digest,
                    containsKittiwake: known.containsKittiwake
                )
            }
            let work = ImageTransfer(client, sent: sent)
            let outcome = try await work.transfer(transfer, previous: previous) { report(ImageProgress($0)) }
            return ImageOutcome(
                digest: outcome.digest,
                etag: outcome.version ?? "",
                containsKittiwake: outcome.containsKittiwake
            )
        } catch let error as any ExplainedError {
            throw ImageFailure(reason: error.reason, message: error.description)
        }
    }

    private func credentials(_ job: ImageJob) -> any CredentialsProvider {
        switch job.credentials {
        case .keys(let id, let key):
            StaticCredentials(S3Credentials(accessKey: id.reveal { $0 }, secretKey: key))
        case .environment: EnvironmentCredentials(client, environment, region: job.region)
        }
    }
}

extension ImageProgress {
    fileprivate init(_ progress: ImageTransferProgress) {
        switch progress.stage {
        case .reading: self.init(stage: .reading, bytes: progress.bytesRead, total: progress.bytesTotal ?? 0)
        case .completing: self.init(stage: .completing, bytes: progress.bytesRead, total: progress.bytesTotal ?? 0)
        }
    }
}
