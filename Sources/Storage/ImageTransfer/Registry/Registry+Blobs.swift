// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Crypto
internal import HTTPClient

extension Registry {
    /// Whether the repository is seen to have this blob: `false` as well for whoever may push and not ask.
    func isSeen(_ blob: Descriptor) async throws -> Bool { try await has(blob) == true }

    /// Whether the repository has this blob, in this size if the registry states one. `nil`: it does not tell, as whoever
    /// may push and not ask.
    func has(_ blob: Descriptor) async throws -> Bool? {
        let accepts = Self.untold.union([404])
        let answer = try await send(Call(method: "HEAD", url: "/v2/\(name)/blobs/\(blob.digest)", accepts: accepts))
        if Self.untold.contains(answer.status) { return nil }
        guard answer.status == 200 else { return false }
        if let digest = answer.header("docker-content-digest"), digest != "\(blob.digest)" { return false }
        // Some that stand in between state none, or 0, as the answer to HEAD has no body.
        guard let size = answer.header("content-length").flatMap({ Int64($0) }), size > 0 else { return true }
        return size == blob.size
    }

    /// A small blob: a configuration.
    func blob(_ descriptor: Descriptor) async throws -> [UInt8] {
        let url = "/v2/\(name)/blobs/\(descriptor.digest)"
        let answer = try await send(Call(method: "GET", url: url, actions: .pull), upTo: Self.largestDocument)
        guard Digest(hash: SHA256.hash(answer.body)) == descriptor.digest else {
            throw ImageTransferError(
                .registryDigestMismatch,
                "GET \(origin)\(url): the content is not what its digest says"
            )
        }
        return answer.body
    }

    /// Of a manifest or a configuration, as in an archive.
    static var largestDocument: Int { Int(ImageInArchive.largestDocument) }

    /// Sends a blob that is in memory, unless it is there already.
    func upload(_ bytes: [UInt8], _ descriptor: Descriptor) async throws {
        if try await isSeen(descriptor) { return }
        try await limits.retry.run(while: Self.isWorthRetrying) {
            let url = try location(try await sendOnce(Call(method: "POST", url: "/v2/\(name)/blobs/uploads/")))
            do {
                try await complete(url, descriptor, bytes)
            } catch {
                await cancelUpload(url, after: error)
                throw error
            }
        }
    }

    /// Sends a blob whose digest is known only when its last byte has been produced. Not repeated: what has been
    /// produced is gone. What a failure leaves behind in the registry is taken back.
    ///
    /// - Parameters:
    ///   - size: of what the blob is made from; for the deadline.
    ///   - produce: the next piece; `nil` ends the blob.
    ///   - descriptor: asked after the last piece.
    ///   - failed: told of a failure at once, before anything is taken back, so that nobody goes on producing meanwhile.
    func upload(
        madeFrom size: Int64,
        _ produce: @escaping @Sendable () async throws -> [UInt8]?,
        descriptor: @Sendable () throws -> Descriptor,
        failed: @Sendable (any Error) -> Void = { _ in }
    ) async throws -> Descriptor {
        let begun = try await send(Call(method: "POST", url: "/v2/\(name)/blobs/uploads/"))
        var url = try location(begun)
        do {
            var patch = Call(method: "PATCH", url: url)
            patch.headers = [("Content-Type", "application/octet-stream")]
            patch.body = .stream(length: nil, produce)
            patch.deadline = limits.sending + .seconds(size / max(1, limits.assuredSpeed))
            url = try location(try await sendOnce(patch))
            let descriptor = try descriptor()
            let address = url
            try await limits.retry.run { error in
                // At this address there is nothing left to be completed.
                Self.isWorthRetrying(error) && (error as? ImageTransferError)?.isUploadLost != true
            } _: {
                try await complete(address, descriptor)
            }
            return descriptor
        } catch {
            failed(error)
            await cancelUpload(url, after: error)
            throw error
        }
    }

    /// Ends an upload, with its last bytes or without any, and has its digest checked.
    private func complete(_ url: String, _ blob: Descriptor, _ bytes: [UInt8] = []) async throws {
        let digest = blob.digest
        // The address is kept whole, its own query included: it may carry the state of the upload.
        let address = "\(url)\(url.contains("?") ? "&" : "?")digest=\(PercentEncoding.encode("\(digest)"))"
        var put = Call(method: "PUT", url: address, body: .bytes(bytes))
        put.headers = [("Content-Type", "application/octet-stream")]
        // Only now some registries hash it, or copy it to where it is kept.
        put.deadline = limits.answer + .seconds(blob.size / max(1, limits.assuredSpeed))
        let answer: Answer
        do {
            answer = try await sendOnce(put)
        } catch let error as ImageTransferError where error.isWorthRetrying || error.code == .imageNotFound {
            // It may have worked although the answer was lost; then the next try finds no upload to end.
            if try await isSeen(blob) { return }
            throw error
        }
        if let stored = answer.header("docker-content-digest"), stored != "\(digest)" {
            throw ImageTransferError(
                .registryDigestMismatch,
                "PUT \(url.prefix { $0 != "?" }): the registry stored \(stored.prefix(80)) instead of \(digest)",
                advice: "something between here and the registry changes what is sent"
            )
        }
    }

    /// Frees what the registry keeps of an upload that came to nothing. In a task of its own, because ours may be
    /// cancelled; it is awaited, and all of it is bounded: a registry may also keep us waiting for a token.
    private func cancelUpload(_ url: String, after failure: any Error) async {
        if let failure = failure as? ImageTransferError {
            guard failure.code != .registryUnreachable, !failure.isUploadLost else { return }
        }
        await Task {
            let call = Call(method: "DELETE", url: url, accepts: [404])
            // Best effort: the registry throws abandoned uploads away by itself, only later.
            _ = try? await withDeadline(limits.abandon, clock: ContinuousClock()) { try await sendOnce(call) }
        }.value
    }

    private func location(_ answer: Answer) throws -> String {
        guard let location = answer.header("location"), !location.isEmpty else {
            throw ImageTransferError(
                .registryRefused,
                "The registry \(origin) did not say where to upload to",
                advice: "check that the address is that of a registry"
            )
        }
        return try address(location, from: answer.url).text
    }
}
