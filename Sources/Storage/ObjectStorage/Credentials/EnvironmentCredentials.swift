// SPDX-License-Identifier: Apache-2.0

package import Basics
package import HTTPClient

/// What the surroundings of the process offer, in the order of Amazon's own libraries: keys in variables, the web
/// identity of a service account, a pod's or container's role, the machine's role. Files in a home folder are not read.
package struct EnvironmentCredentials: CredentialsProvider {
    struct Settings: Sendable {
        var environment: [String: String]
        var region: String
    }

    private let source: any CredentialsProvider

    /// - Parameters:
    ///   - environment: the process's variables.
    ///   - region: whose token service is asked.
    ///   - now: seconds since the epoch.
    package init(
        _ client: HTTPClient,
        _ environment: [String: String],
        region: String,
        retry: RetryPolicy = RetryPolicy(attempts: 3),
        now: @escaping @Sendable () -> Int64 = { WallClock.secondsSinceEpoch }
    ) {
        let settings = Settings(environment: environment.filter { !$0.value.isEmpty }, region: region)
        source = Self.choose(client, settings, retry, now)
    }

    package func credentials() async throws -> S3Credentials { try await source.credentials() }

    package func refused() { source.refused() }

    private static func choose(
        _ client: HTTPClient,
        _ settings: Settings,
        _ retry: RetryPolicy,
        _ now: @escaping @Sendable () -> Int64
    ) -> any CredentialsProvider {
        let environment = settings.environment
        let request = { @Sendable in CredentialsRequest(client: client, service: $0, retry: retry) }
        if let accessKey = environment["AWS_ACCESS_KEY_ID"], let secretKey = environment["AWS_SECRET_ACCESS_KEY"] {
            let token = environment["AWS_SESSION_TOKEN"].map { Secret($0) }
            return StaticCredentials(S3Credentials(accessKey: accessKey, secretKey: Secret(secretKey), token: token))
        }
        if let role = environment["AWS_ROLE_ARN"], let file = environment["AWS_WEB_IDENTITY_TOKEN_FILE"] {
            let identity = WebIdentityCredentials(role: role, tokenFile: file, settings, request("the token service"))
            return FetchedCredentials(now: now) { try await identity.fetch() }
        }
        let relative = environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"].map { "http://169.254.170.2\($0)" }
        if let url = relative ?? environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] {
            return FetchedCredentials(now: now) {
                try await ContainerCredentials(url: url, environment, request("the container's agent")).fetch()
            }
        }
        if environment["AWS_EC2_METADATA_DISABLED"]?.lowercased() == "true" {
            return FetchedCredentials(now: now) { throw nobody("the machine's metadata service is disabled") }
        }
        let instance = InstanceCredentials(environment, request("the machine's metadata service"))
        return FetchedCredentials(now: now) {
            do {
                return try await instance.fetch()
            } catch let error as StorageError {
                throw nobody(error.message)
            }
        }
    }

    private static func nobody(_ why: String) -> StorageError {
        StorageError(
            .noCredentials,
            "There are no credentials for the object store, neither in variables nor by a role: \(why)",
            advice:
                "set s3Config.credentialsSecret or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the pod a role"
        )
    }
}
