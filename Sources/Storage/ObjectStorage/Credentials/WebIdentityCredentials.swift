// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import HTTPClient

/// The role of a Kubernetes service account: its token, which a file holds, is exchanged for credentials (IRSA).
struct WebIdentityCredentials: Sendable {
    let role: String
    let tokenFile: String
    let sessionName: String
    /// Of the token service: `https://sts.eu-west-1.amazonaws.com`.
    let endpoint: String
    let request: CredentialsRequest

    init(role: String, tokenFile: String, _ settings: EnvironmentCredentials.Settings, _ request: CredentialsRequest) {
        self.role = role
        self.tokenFile = tokenFile
        self.request = request
        sessionName = settings.environment["AWS_ROLE_SESSION_NAME"] ?? "kittiwake"
        let domain = settings.region.hasPrefix("cn-") ? "amazonaws.com.cn" : "amazonaws.com"
        endpoint = settings.environment["AWS_ENDPOINT_URL_STS"] ?? "https://sts.\(settings.region).\(domain)"
    }

    func fetch() async throws -> FetchedCredentials.Lease {
        let token = try await readTokenFile(tokenFile)
        let form = PercentEncoding.form([
            ("Action", "AssumeRoleWithWebIdentity"), ("Version", "2011-06-15"), ("RoleArn", role),
            ("RoleSessionName", sessionName), ("WebIdentityToken", token),
        ])
        var call = HTTPRequest("POST", endpoint.hasSuffix("/") ? endpoint : endpoint + "/")
        call.headers = [("Content-Type", "application/x-www-form-urlencoded")]
        call.body = .bytes(Array(form.utf8))
        let answer = XMLText(try await request.send(call))
        guard let accessKey = answer.first("AccessKeyId"), let secretKey = answer.first("SecretAccessKey"),
            let token = answer.first("SessionToken", upTo: 64 << 10)  // they grow with the session's policies
        else { throw request.unreadable() }
        return FetchedCredentials.Lease(
            credentials: S3Credentials(accessKey: accessKey, secretKey: Secret(secretKey), token: Secret(token)),
            end: answer.first("Expiration").flatMap { CivilDate(rfc3339: $0)?.secondsSinceEpoch }
        )
    }
}
