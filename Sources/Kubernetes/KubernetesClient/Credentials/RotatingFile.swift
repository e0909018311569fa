// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// The content of a small file that somebody else replaces from time to time: a token, a certificate.
final class RotatingFile: Sendable {
    private struct State: Sendable {
        var content: Secret?
        var readAt: ContinuousClock.Instant?
        var isReading = false
    }

    let path: String
    private let lifetime: Duration
    private let now: @Sendable () -> ContinuousClock.Instant
    private let state = Locked(State())

    /// - Parameter lifetime: after it the file is read again.
    init(_ path: String, lifetime: Duration, now: @escaping @Sendable () -> ContinuousClock.Instant) {
        self.path = path
        self.lifetime = lifetime
        self.now = now
    }

    /// What was read last, or the file's content if that is too long ago. A file that cannot be read just now keeps its
    /// last content: the one who replaces it may be half-way through.
    func content() async throws(KubernetesError) -> Secret {
        let instant = now()
        let known = state.withLock { state -> Secret? in
            guard let content = state.content, let readAt = state.readAt else { return nil }
            if readAt.duration(to: instant) < lifetime || state.isReading { return content }
            state.isReading = true  // one task reads; the others go on with what there is
            return nil
        }
        if let known { return known }
        defer { state.withLock { $0.isReading = false } }
        do {
            let text = Secret(String(decoding: try await SmallFile.read(path), as: UTF8.self))
            state.withLock { state in
                state.content = text
                state.readAt = instant
            }
            return text
        } catch {
            if let last = state.withLock({ $0.content }) { return last }
            throw KubernetesError(.configuration, "Reading \(path): \(error)")
        }
    }

    /// Forgets the content if it still is the one that the server did not take.
    func forget(where isRefused: (Secret) -> Bool) {
        state.withLock { state in
            if let content = state.content, isRefused(content) { (state.content, state.readAt) = (nil, nil) }
        }
    }
}
