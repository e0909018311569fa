// SPDX-License-Identifier: Apache-2.0

package import Basics
package import KubernetesModel

/// The API server, as far as we use it. A value to hand around; all copies share their connections.
///
/// Every call has a deadline, at most 32 run at a time, and what the server asks to wait is waited. Errors are
/// ``KubernetesError``; a cancelled task gets one with the code `cancelled`.
package struct KubernetesClient: Sendable {
    /// The one name under which we apply, never a pod's: another name would be another owner of the same fields.
    package static let fieldManager = "kittiwake"

    /// How long an answer may take. A server that says nothing is as good as none.
    package struct Deadlines: Sendable {
        /// One try of anything small, from its start to the last byte of the answer.
        package var call = Duration.seconds(30)
        /// One page of a list.
        package var page = Duration.seconds(60)
        /// What the server is asked to end a watch after, in whole seconds; a random part of ``watchSpread`` is added. So a
        /// watch that a proxy has dropped in silence is noticed within five minutes.
        package var watch = Duration.seconds(240)
        /// So that not all watches end at once.
        package var watchSpread = Duration.seconds(50)
        /// How much longer than it was asked for a watch may be silent, in whole seconds.
        package var watchSilence = Duration.seconds(5)

        package init() {}
    }

    /// Surroundings, which tests replace.
    package struct Settings: Sendable {
        package var log: Log
        /// Told of every answer: `code` is the HTTP status or `<error>`, and of `method` and `host`
        /// (`rest_client_requests_total`).
        package var count: @Sendable (_ code: String, _ method: String, _ host: String) -> Void = { _, _, _ in }
        package var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
        package var now: @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now }
        /// 0…1
        package var jitter: @Sendable () -> Double = { Double.random(in: 0..<1) }

        package var deadlines = Deadlines()

        package init(log: Log = Log()) { self.log = log }
    }

    let connection: APIConnection
    let jitter: @Sendable () -> Double
    let deadlines: Deadlines

    package init(_ access: ClusterAccess, _ settings: Settings = Settings()) {
        connection = APIConnection(access, settings)
        jitter = settings.jitter
        deadlines = settings.deadlines
    }
}
