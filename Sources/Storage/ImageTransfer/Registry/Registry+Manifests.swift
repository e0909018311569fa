// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Crypto
internal import JSON

extension Registry {
    /// A manifest as the registry keeps it.
    struct StoredManifest: Sendable {
        var digest: Digest
        var type: String
        var bytes: [UInt8]
    }

    /// - Parameter name: a tag or a digest.
    /// - Returns: `nil` if there is none.
    func manifest(_ name: String) async throws -> StoredManifest? {
        let answer = try await get(manifest: name, accepts: [404])
        return answer.status == 200 ? try stored(answer, as: name) : nil
    }

    private func get(manifest name: String, accepts: Set<Int>) async throws -> Answer {
        var call = Call(method: "GET", url: "/v2/\(self.name)/manifests/\(name)", accepts: accepts)
        call.actions = .pullAndPush
        call.headers = [("Accept", MediaType.manifests.joined(separator: ", "))]
        return try await send(call, upTo: Self.largestDocument)
    }

    private func stored(_ answer: Answer, as name: String) throws -> StoredManifest {
        let digest = Digest(hash: SHA256.hash(answer.body))
        guard !name.hasPrefix("sha256:") || name == "\(digest)" else {
            throw ImageTransferError(
                .registryDigestMismatch,
                "GET \(origin)/v2/\(self.name)/manifests/\(name): the manifest is not what its digest says"
            )
        }
        let type = answer.header("content-type").map { String($0.prefix { $0 != ";" }) }
        return StoredManifest(digest: digest, type: type ?? "", bytes: answer.body)
    }

    /// Statuses for whoever may push and not ask.
    static let untold: Set<Int> = [403, 405]

    /// Whether an image that was there is there still, with all that it names: registries lose single blobs too, and then
    /// no node can pull it. What the registry does not tell is believed to be there: sending it again would tell no more.
    func isWhole(_ digest: Digest) async throws -> Bool {
        let answer = try await get(manifest: "\(digest)", accepts: Self.untold.union([404]))
        if Self.untold.contains(answer.status) { return true }
        guard answer.status == 200 else { return false }
        let bytes = try stored(answer, as: "\(digest)").bytes
        guard let manifest = try? JSONDocument(parsing: bytes).decode(ImageManifest.self) else { return false }
        struct Missing: Error {}
        do {
            _ = try await inParallel([manifest.configuration] + manifest.layers, atMost: Self.mostQuestions) { blob in
                if try await has(blob) == false { throw Missing() }
            }
            return true
        } catch is Missing {
            return false
        }
    }

    /// Whether something is there, asked at the same time.
    static let mostQuestions = 4

    /// Whether a tag stands for exactly this manifest. Who may not ask, or gets no digest, has to put it.
    func has(_ manifest: Digest, as tag: String) async throws -> Bool {
        let url = "/v2/\(self.name)/manifests/\(tag)"
        var call = Call(method: "HEAD", url: url, accepts: [400, 403, 404, 405])
        call.headers = [("Accept", MediaType.manifests.joined(separator: ", "))]
        let answer = try await send(call)
        return answer.status == 200 && answer.header("docker-content-digest") == "\(manifest)"
    }

    /// Makes an image visible: the last step.
    func put(_ manifest: [UInt8], type: String, as name: String) async throws -> Digest {
        let digest = Digest(hash: SHA256.hash(manifest))
        var call = Call(method: "PUT", url: "/v2/\(self.name)/manifests/\(name)", body: .bytes(manifest))
        call.headers = [("Content-Type", type)]
        let answer = try await send(call)
        if let stored = answer.header("docker-content-digest"), stored != "\(digest)" {
            throw ImageTransferError(
                .registryDigestMismatch,
                "PUT \(origin)\(call.url): the registry stored \(stored.prefix(80)) instead of \(digest)",
                advice: "something between here and the registry changes what is sent"
            )
        }
        return digest
    }
}
