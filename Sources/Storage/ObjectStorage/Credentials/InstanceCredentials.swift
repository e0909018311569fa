// SPDX-License-Identifier: Apache-2.0

internal import HTTPClient
internal import JSON

/// The role of the machine: its metadata service (IMDSv2) hands out credentials to whoever proves with a token that he
/// can send a PUT.
struct InstanceCredentials: Sendable {
    private let endpoint: String
    private let request: CredentialsRequest

    init(_ environment: [String: String], _ request: CredentialsRequest) {
        let endpoint = environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] ?? "http://169.254.169.254"
        self.endpoint = endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
        self.request = request
    }

    func fetch() async throws -> FetchedCredentials.Lease {
        let token = try await text(
            "PUT",
            "/latest/api/token",
            ("X-aws-ec2-metadata-token-ttl-seconds", "300")
        )
        let header = ("X-aws-ec2-metadata-token", token)
        let path = "/latest/meta-data/iam/security-credentials/"
        let roles = try await text("GET", path, header)
        guard let role = roles.split(whereSeparator: \.isNewline).first,
            role.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else { throw request.unreadable() }
        let body = try await send("GET", path + role, header)
        do throws(JSONError) {
            return try JSONDocument(parsing: body).decode(CredentialsDocument.self).lease
        } catch {
            throw request.unreadable()
        }
    }

    private func text(_ method: String, _ path: String, _ header: (String, String)) async throws -> String {
        String(decoding: try await send(method, path, header), as: UTF8.self)
    }

    private func send(_ method: String, _ path: String, _ header: (String, String)) async throws -> [UInt8] {
        var call = HTTPRequest(method, endpoint + path)
        call.headers = [header]
        // It is on this very machine or nowhere; where it is not, nobody should wait long to find out. Once connected it
        // is there, and may be slow.
        call.limits.connect = .seconds(1)
        call.limits.total = .seconds(5)
        call.bypassesProxy = true
        return try await request.send(call)
    }
}
