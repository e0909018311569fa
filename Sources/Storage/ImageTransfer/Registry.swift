// SPDX-License-Identifier: Apache-2.0

package import Basics
package import HTTPClient

package struct RegistryError: Error, Sendable, CustomStringConvertible {
    package enum Code: Equatable, Sendable {
        case refused(status: Int)
        case noLocation
        case brokenArchive
    }

    package var code: Code
    package var message: String

    package var description: String { message }
}

/// What an uploaded blob is known by.
package struct Descriptor: Equatable, Sendable {
    package var digest: Digest
    package var size: Int64
}

/// One repository of a registry. Without authentication, which the full client adds.
package struct Registry: Sendable {
    private let client: HTTPClient
    /// Scheme, host and port.
    private let base: String
    private let repository: String

    package init(_ client: HTTPClient, base: String, repository: String) {
        self.client = client
        self.base = base
        self.repository = repository
    }

    package func has(_ digest: Digest) async throws -> Bool {
        let response = try await client.send(HTTPRequest("HEAD", "\(base)/v2/\(repository)/blobs/\(digest)"))
        return response.status == 200
    }

    /// Sends a blob whose digest is known only when its last byte has been produced.
    package func upload(
        _ produce: @escaping @Sendable () async throws -> [UInt8]?,
        descriptor: @Sendable () -> Descriptor?
    ) async throws -> Descriptor {
        let begun = try await call("POST", "\(base)/v2/\(repository)/blobs/uploads/", .bytes([]))
        let patched = try await call("PATCH", try location(begun), .stream(length: nil, produce), hasDeadline: false)
        guard let descriptor = descriptor() else {
            throw RegistryError(code: .brokenArchive, message: "The blob ended without a digest")
        }
        let url = try location(patched)
        // The Location is kept whole, its own query included: it may name another host and carry a state.
        let separator = url.contains("?") ? "&" : "?"
        _ = try await call("PUT", "\(url)\(separator)digest=\(descriptor.digest)", .bytes([]))
        return descriptor
    }

    package func upload(_ bytes: [UInt8], _ descriptor: Descriptor) async throws {
        if try await has(descriptor.digest) { return }
        let begun = try await call("POST", "\(base)/v2/\(repository)/blobs/uploads/", .bytes([]))
        let url = try location(begun)
        _ = try await call("PUT", "\(url)\(url.contains("?") ? "&" : "?")digest=\(descriptor.digest)", .bytes(bytes))
    }

    package func putManifest(_ manifest: [UInt8], type: String, tag: String) async throws {
        _ = try await call("PUT", "\(base)/v2/\(repository)/manifests/\(tag)", .bytes(manifest), type: type)
    }

    private func call(
        _ method: String,
        _ url: String,
        _ body: RequestBody,
        type: String = "application/octet-stream",
        hasDeadline: Bool = true
    ) async throws -> HTTPResponse {
        var request = HTTPRequest(method, url)
        request.headers = [("Content-Type", type)]
        request.body = body
        if !hasDeadline {
            request.limits.total = nil
            request.limits.idle = .seconds(60)
        }
        let response = try await client.send(request)
        _ = try await response.body.collect(upTo: 1 << 20)
        guard (200..<300).contains(response.status) else {
            let path = url.prefix { $0 != "?" }
            throw RegistryError(
                code: .refused(status: response.status),
                message: "\(method) \(path) was answered with \(response.status)"
            )
        }
        return response
    }

    private func location(_ response: HTTPResponse) throws(RegistryError) -> String {
        guard let location = response.header("location") else {
            throw RegistryError(code: .noLocation, message: "The registry did not say where to upload to")
        }
        return location.hasPrefix("/") ? base + location : location
    }
}
