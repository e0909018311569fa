// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// Credentials that somebody hands out for a while: kept until shortly before their end, fetched once for all who ask.
struct FetchedCredentials: CredentialsProvider {
    /// What was handed out.
    struct Lease: Sendable {
        var credentials: S3Credentials
        /// Seconds since the epoch; `nil` if they do not run out.
        var end: Int64?
    }

    private enum Key: Hashable, Sendable { case only }

    /// Amazon puts new ones in place at least five minutes before the old ones run out.
    private static let margin: Int64 = 300

    private let kept = SingleFlight<Key, Lease>()
    private let last = Locked<Lease?>(nil)
    private let now: @Sendable () -> Int64
    private let fetch: @Sendable () async throws -> Lease

    init(now: @escaping @Sendable () -> Int64, fetch: @escaping @Sendable () async throws -> Lease) {
        (self.now, self.fetch) = (now, fetch)
    }

    func credentials() async throws -> S3Credentials {
        let moment = now()
        let isFresh = { (lease: Lease) in lease.end.map { $0 - moment > Self.margin } ?? true }
        return try await kept.value(for: .only, isFresh: isFresh, fetch: renew).credentials
    }

    func refused() {
        kept.forget(.only)
        last.withLock { $0 = nil }
    }

    /// While the old ones are still good, whoever hands out new ones may be away for a moment.
    private func renew() async throws -> Lease {
        do {
            let lease = try await fetch()
            last.withLock { $0 = lease }
            return lease
        } catch {
            let moment = now()
            if let old = last.withLock({ $0 }), let end = old.end, end > moment { return old }
            throw error
        }
    }
}
