// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Resources

/// How things stand with one of the two images.
struct ImageStanding: Equatable {
    enum Stage: Equatable {
        /// What the specification asks for is there.
        case obtained
        /// In tenths; `nil` while nothing is known. Finer steps would be a status write each.
        case downloading(tenths: Int64?)
        case building
        case failed(IcebergConnectObservation.ImageProgress.Failure)
        /// A Secret that the transfer needs is missing.
        case blocked
    }

    var role: ImageRole
    var stage: Stage
    /// What goes into the pod template: the image asked for, or, until it is there, the one that was obtained before.
    var image: IcebergConnectStatus.Image?
    /// What to transfer; `nil` if nothing is to be, or a Secret is missing.
    var wanted: WantedImage?
    /// What an earlier transfer of the same image gave.
    var known: ObtainedImage?
    /// What the registry has already of an image that is not yet obtained.
    var transfer: IcebergConnectStatus.Transfer?
    /// Why the last look for a newer file, or at what the registry has, failed: what was obtained goes on running.
    var recheckFailure: IcebergConnectObservation.ImageProgress.Failure?
    /// True if what was obtained before is not what is asked for now.
    var isNew: Bool
}

extension ImageStanding {
    /// - Parameters:
    ///   - recorded: the image of the last status.
    ///   - begun: the transfer of the last status.
    ///   - progress: of any image; another's counts as none.
    init(
        _ role: ImageRole,
        _ spec: IcebergConnectSpec.Image,
        storage: IcebergConnectSpec.S3?,
        secrets: ReferencedSecrets,
        recorded: IcebergConnectStatus.Image?,
        begun: IcebergConnectStatus.Transfer?,
        progress: IcebergConnectObservation.ImageProgress?
    ) {
        guard case .tar(let key) = spec.source, let storage else {
            self.init(ready: spec, role: role, recorded: recorded)
            return
        }
        let login = role == .worker ? secrets.workerLogin : secrets.coordinatorLogin
        let wanted = WantedImage(
            role: role,
            region: storage.region,
            bucket: storage.bucket,
            key: key,
            endpoint: storage.endpoint,
            credentials: secrets.s3Credentials ?? .environment,
            repository: "\(spec.registry)/iceberg-kafka-connect-\(role)",
            tag: spec.tag,
            registryLogin: login.secret
        )
        let matching = recorded.flatMap { $0.source == wanted.source ? $0 : nil }
        let isBlocked = secrets.s3Credentials == nil || login == .missing
        self.init(
            role: role,
            stage: .blocked,
            image: recorded,
            wanted: isBlocked ? nil : wanted,
            isNew: matching == nil
        )

        let progress = progress?.source == wanted.source ? progress : nil
        let state = progress?.state
        if case .done(let image) = state {
            self.image = Self.record(image, wanted)
            stage = .obtained
        } else if matching != nil {
            // Obtained earlier, perhaps by another process: it is only looked whether that still holds.
            stage = .obtained
            if case .failed(let failure) = state { recheckFailure = failure }
        } else if !isBlocked {
            stage = Self.stage(of: state)
        }
        known = matching.flatMap(ObtainedImage.init)
        if stage == .obtained { return }
        let layers = (begun?.source == wanted.source ? begun?.layers ?? [] : []).merging(progress?.layers ?? [])
        if !layers.isEmpty { transfer = .init(source: wanted.source, layers: layers) }
    }

    private init(ready spec: IcebergConnectSpec.Image, role: ImageRole, recorded: IcebergConnectStatus.Image?) {
        guard case .ready(let reference) = spec.source else {
            // The schema lets no tar through without a place to read it from.
            self.init(role: role, stage: .blocked, image: recorded, wanted: nil, isNew: true)
            return
        }
        let image = IcebergConnectStatus.Image(
            source: reference.description,
            digest: reference.digest?.description,
            reference: reference.description
        )
        self.init(role: role, stage: .obtained, image: image, wanted: nil, isNew: false)
    }

    private static func stage(of state: IcebergConnectObservation.ImageProgress.State?) -> Stage {
        switch state {
        case nil, .waiting, .done: .downloading(tenths: nil)
        case .reading(let count, let total): .downloading(tenths: tenths(count.bytes, of: total?.bytes))
        case .completing: .building
        case .failed(let failure): .failed(failure)
        }
    }

    private static func tenths(_ count: Int64, of total: Int64?) -> Int64? {
        guard let total, total >= 10, count >= 0 else { return nil }
        return min(10, count / (total / 10))
    }

    private static func record(_ image: ObtainedImage, _ wanted: WantedImage) -> IcebergConnectStatus.Image {
        IcebergConnectStatus.Image(
            source: wanted.source,
            etag: image.etag,
            digest: image.digest.description,
            reference: "\(wanted.repository)@\(image.digest)",
            containsKittiwake: image.containsKittiwake
        )
    }
}

extension [IcebergConnectStatus.Layer] {
    /// Both, each content once.
    fileprivate func merging(_ others: Self) -> Self {
        let contents = Set(map(\.diffID))
        return Array((self + others.filter { !contents.contains($0.diffID) }).prefix(IcebergConnectStatus.mostLayers))
    }
}

extension ObtainedImage {
    /// `nil` if the record says too little to rely on.
    fileprivate init?(_ image: IcebergConnectStatus.Image) {
        guard let etag = image.etag, let digest = image.digest.flatMap({ Digest($0) }),
            let containsKittiwake = image.containsKittiwake
        else { return nil }
        self.init(digest: digest, etag: etag, containsKittiwake: containsKittiwake)
    }
}
