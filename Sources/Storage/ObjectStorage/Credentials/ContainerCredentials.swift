// SPDX-License-Identifier: Apache-2.0

internal import HTTPClient
internal import JSON

/// The role of a pod (EKS Pod Identity) or of a container (ECS): an agent on the node hands out credentials.
struct ContainerCredentials: Sendable {
    private let address: HTTPAddress
    private let token: @Sendable () async throws -> String?
    private let request: CredentialsRequest

    /// - Throws: ``StorageError`` for an address that nobody but an attacker would set.
    init(url: String, _ environment: [String: String], _ request: CredentialsRequest) throws(StorageError) {
        guard let address = HTTPAddress(url), Self.isTrustworthy(address) else {
            throw StorageError(
                .noCredentials,
                "AWS_CONTAINER_CREDENTIALS_FULL_URI names a service that is neither on this node nor reached over TLS",
                advice: "correct the variable"
            )
        }
        self.address = address
        self.request = request
        let file = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"]
        let fixed = environment["AWS_CONTAINER_AUTHORIZATION_TOKEN"]
        token = { if let file { try await readTokenFile(file) } else { fixed } }
    }

    func fetch() async throws -> FetchedCredentials.Lease {
        var call = HTTPRequest("GET", address.text)
        call.limits.connect = .seconds(2)
        call.limits.total = .seconds(5)
        call.bypassesProxy = !address.isSecure
        if let token = try await token() { call.headers = [("Authorization", token)] }
        let body = try await request.send(call)
        do throws(JSONError) {
            return try JSONDocument(parsing: body).decode(CredentialsDocument.self).lease
        } catch {
            throw request.unreadable()
        }
    }

    /// Over TLS anywhere; otherwise only this machine and the link-local addresses of the two agents.
    private static func isTrustworthy(_ address: HTTPAddress) -> Bool {
        let agents = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "localhost", "127.0.0.1", "[::1]"]
        return address.isSecure || agents.contains(address.host)
    }
}
