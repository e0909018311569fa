// SPDX-License-Identifier: Apache-2.0

package import Basics
internal import CSystem
package import KubernetesClient
package import KubernetesModel

/// All reflectors of a program: they start together, are ready together, and are measured together.
package struct Reflectors: Sendable {
    /// A reflector, whatever it holds.
    package struct Member: Sendable {
        package let kind: String
        /// `nil`: all namespaces.
        package let namespace: String?
        package let health: ReflectorHealth
        let count: @Sendable () -> Int
        let run: @Sendable () async -> Void
    }

    package private(set) var members: [Member] = []

    private let log: Log

    package init(log: Log) { self.log = log }

    /// Lets the API server fill a store.
    ///
    /// - Parameter namespaces: one reflector each; empty: one for all namespaces.
    package mutating func add<Value: Resource>(
        _ store: Store<Value>,
        from client: KubernetesClient,
        namespaces: [String] = [],
        labelSelector: String? = nil
    ) {
        for namespace in namespaces.isEmpty ? [nil] : namespaces.map(Optional.some) {
            let scope = ListScope(namespace: namespace, labelSelector: labelSelector)
            let reflector = Reflector(
                ClientSource(client, scope),
                into: store,
                scope: scope,
                clock: ContinuousClock(),
                log: log
            )
            members.append(
                Member(
                    kind: Value.kind.kind,
                    namespace: namespace,
                    health: reflector.health,
                    count: { store.count },
                    run: { await reflector.run() }
                )
            )
        }
    }

    /// What readiness still waits for; empty: all is there. Says why, where that is known.
    package var missing: [String] {
        members.filter { !$0.health.synced.isOpen }.map { member in
            let place = member.namespace.map { " in namespace \($0)" } ?? ""
            return "\(member.kind)\(place) is not listed yet" + (member.health.problem.map { ": \($0)" } ?? "")
        }
    }

    /// The stage that keeps the stores up to date: ready once all have been listed.
    package var stage: Stage {
        Stage("reflectors") { ready, stop in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for member in members { group.addTask { await member.run() } }
                group.addTask {
                    for member in members { try await member.health.synced.wait() }
                    log.info("Listed all kinds")
                    ready.open()
                }
                group.addTask { try await remind() }
                group.addTask { try await giveMemoryBack() }
                try await stop.wait()
                group.cancelAll()
            }
        }
    }

    /// The C library keeps what was freed, and between what stays that is many pages after a list and the first look at
    /// everything in it. Of the code a third is needed at the start only.
    private func giveMemoryBack() async throws {
        while true {
            try await Task.sleep(for: .seconds(30))
            system_give_memory_back()
        }
    }

    /// Says every two minutes what is missing: a role may lack a verb.
    private func remind() async throws {
        while true {
            try await Task.sleep(for: .seconds(120))
            if missing.isEmpty { return }
            log.warning("Missed the first list", ["missing": missing.joined(separator: "; ")])
        }
    }

    /// `kittiwake_watch_age_seconds`, `kittiwake_watch_restarts_total` and `kittiwake_cache_objects`, as text for
    /// `/metrics`.
    package var metrics: String {
        var ages = MetricText("kittiwake_watch_age_seconds", .gauge, "Time since the last data from the API server.")
        var restarts = MetricText("kittiwake_watch_restarts_total", .counter, "Restarts of lists and watches.")
        var objects = MetricText("kittiwake_cache_objects", .gauge, "Cached objects.")
        var counted: Set<String> = []
        for member in members {
            let labels = [("kind", member.kind), ("namespace", member.namespace ?? "")]
            if let age = member.health.age { ages.add(labels, age / .seconds(1)) }
            for (reason, count) in member.health.restarts.sorted(by: { $0.key < $1.key }) {
                restarts.add(labels + [("reason", reason)], Double(count))
            }
            // Several reflectors may fill one store.
            if counted.insert(member.kind).inserted { objects.add([("kind", member.kind)], Double(member.count())) }
        }
        return ages.text + restarts.text + objects.text
    }
}
