// SPDX-License-Identifier: Apache-2.0

package import Basics
internal import KubernetesClient
package import KubernetesModel

/// Keeps a store equal to one scope of the API server. A value with `run()`: it owns nothing that outlives it.
package struct Reflector<Source: WatchSource, C: Clock<Duration>>: Sendable {
    private let source: Source
    private let store: Store<Source.Value>
    private let scope: ListScope
    private let clock: C
    private let log: Log
    private let jitter: @Sendable () -> Double

    package let health: ReflectorHealth

    /// - Parameters:
    ///   - store: may have other reflectors, each for another namespace.
    ///   - jitter: 0…1
    package init(
        _ source: Source,
        into store: Store<Source.Value>,
        scope: ListScope = .everything,
        health: ReflectorHealth = ReflectorHealth(),
        clock: C,
        log: Log,
        jitter: @escaping @Sendable () -> Double = { Double.random(in: 0..<1) }
    ) {
        self.source = source
        self.store = store
        self.scope = scope
        self.health = health
        self.clock = clock
        self.log = log.with(["kind": Source.Value.kind.kind])
        self.jitter = jitter
    }

    /// Runs until the task is cancelled.
    package func run() async {
        store.cover(scope)
        var machine = WatchMachine()
        var backoff = ReflectorBackoff<C.Instant>()
        var collected: [StoreEntry<Source.Value>] = []  // the pages that have come so far
        var command = machine.start()
        while !Task.isCancelled {
            switch command {
            case .list(let token, let isPaged):
                if token == nil { collected = [] }
                command = await list(after: token, isPaged: isPaged, &collected, &machine)
            case .watch(let version): command = await watch(from: version, &machine)
            case .backOff(let then, let atLeast):
                let delay = backoff.next(now: clock.now, jitter: jitter(), atLeast: atLeast)
                try? await clock.sleep(for: delay)  // the loop's condition notices the cancel
                command = machine.resume(then)
            }
        }
    }

    private func list(
        after token: String?,
        isPaged: Bool,
        _ collected: inout [StoreEntry<Source.Value>],
        _ machine: inout WatchMachine
    ) async -> WatchMachine.Command {
        do throws(KubernetesError) {
            let page = try await source.page(after: token, limit: isPaged ? Self.pageSize : nil)
            health.heard()
            collected += store.entries(for: page.items)
            let command = machine.listed(resourceVersion: page.resourceVersion, continueToken: page.continueToken)
            if case .watch = command {
                let isFirst = !health.synced.isOpen
                store.replace(with: collected, in: scope.namespace, at: machine.resourceVersion, isFirst: isFirst)
                collected = []
                health.synced.open()
            }
            return command
        } catch {
            return failed(error, in: .list, &machine)
        }
    }

    private func watch(
        from version: String,
        _ machine: inout WatchMachine
    ) async -> WatchMachine.Command {
        let start = clock.now
        var count = 0
        do throws(KubernetesError) {
            var events = try await source.watch(from: version)
            health.heard()
            while let event = try await events.next() {
                count += 1
                health.heard()
                take(event, &machine)
            }
        } catch {
            return failed(error, in: .watch, &machine)
        }
        let command = machine.streamEnded(after: start.duration(to: clock.now), events: count)
        if case .backOff = command { _ = health.failed("closed", "The server closed the watch at once") }
        return command
    }

    private func take(
        _ event: WatchEvent<Source.Value>,
        _ machine: inout WatchMachine
    ) {
        switch event {
        case .changed(let object):
            store.put(object)
            machine.received(resourceVersion: object.metadata.resourceVersion ?? machine.resourceVersion)
        case .deleted(let object):
            store.remove(object)
            machine.received(resourceVersion: object.metadata.resourceVersion ?? machine.resourceVersion)
        case .bookmark(let version): machine.received(resourceVersion: version)
        }
    }

    private func failed(
        _ error: KubernetesError,
        in step: Step,
        _ machine: inout WatchMachine
    ) -> WatchMachine.Command {
        guard error.code != .cancelled || !Task.isCancelled else { return .backOff(then: .list) }
        if health.failed(error.code.rawValue, error.message) {
            log.warning("Failed to follow the API server", ["step": "\(step)", "error": error.message])
        }
        let failure: WatchMachine.Failure =
            switch error.code {
            case .expired: .expired
            case .unreadable: .unreadable
            case .forbidden, .notFound: .denied
            case .throttled, .unavailable: .throttled(retryAfter: error.retryAfter ?? .zero)
            default: .other
            }
        defer {
            // The namespace has gone, or it is not ours any more. Everything of it is freed (row 332).
            if machine.isDenied, scope.namespace != nil { store.replace(with: [], in: scope.namespace) }
        }
        return machine.failed(failure)
    }

    private enum Step {
        case list
        case watch
    }

    private static var pageSize: Int { 500 }
}
