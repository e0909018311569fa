// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// When the client itself sends a request again, and after how long. Decides; waits for nothing.
struct RetryRules: Sendable {
    /// A server that asks for more than this is left to the caller, who has other things to do meanwhile.
    static let longestWait = Duration.seconds(30)

    private static let backoff = Backoff(base: .milliseconds(500), maximum: .seconds(5))

    private var toldToWait = 0
    private var failures = 0
    private var hasNewCredentials = false

    enum Decision: Equatable {
        case giveUp
        case wait(Duration)
        /// At once, with credentials that have been read anew.
        case renewCredentials
    }

    /// - Parameter jitter: 0…1; how much of a possible quarter is added.
    mutating func failed(_ error: KubernetesError, isRead: Bool, jitter: Double) -> Decision {
        switch error.code {
        case .unauthorized:
            defer { hasNewCredentials = true }
            return hasNewCredentials ? .giveUp : .renewCredentials
        case .throttled, .unavailable:
            guard let wait = error.retryAfter else { return backOff(jitter) }
            toldToWait += 1
            return toldToWait <= 10 && wait <= Self.longestWait ? .wait(wait) : .giveUp
        case .internal, .transport: return isRead ? backOff(jitter) : .giveUp
        case .notFound, .alreadyExists, .conflict, .invalid, .badRequest, .forbidden, .expired, .unreadable,
            .configuration, .cancelled:
            return .giveUp
        }
    }

    /// Three times.
    private mutating func backOff(_ jitter: Double) -> Decision {
        guard failures < 3 else { return .giveUp }
        failures += 1
        return .wait(Self.backoff.delay(after: failures, random: jitter))
    }
}
