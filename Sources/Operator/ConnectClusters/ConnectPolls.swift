// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import KubernetesModel
internal import KubernetesRuntime
internal import Planning

/// Asks Connect clusters whether they answer, beside the reconciles: a cluster that hangs keeps one of the places here
/// and no worker of the controller.
///
/// It is told what to ask, from any thread, and ``run(while:)`` does it. What it heard is read without waiting; when that is
/// news, the resource is reported, so that the controller can look at it.
final class ConnectPolls<C: Clock<Duration>>: Sendable {
    /// One question; has a deadline of its own.
    typealias Ask = @Sendable (_ url: String) async -> IcebergConnectObservation.ConnectAnswer

    private struct State: Sendable {
        var rules = ConnectPollsState()
        /// `nil`: nobody works at the moment.
        var queue: WorkQueue<ObjectKey, C>?
    }

    private let state = Locked(State())
    private let limit: Int
    private let clock: C
    private let ask: Ask
    private let changed: @Sendable (ObjectKey) -> Void

    /// - Parameters:
    ///   - limit: questions at a time.
    ///   - changed: told of every resource whose cluster has said something new.
    init(limit: Int, clock: C, ask: @escaping Ask, changed: @escaping @Sendable (ObjectKey) -> Void) {
        self.limit = limit
        self.clock = clock
        self.ask = ask
        self.changed = changed
    }

    /// What the cluster of a resource said last.
    func answer(of cluster: ConnectCluster, for key: ObjectKey) -> IcebergConnectObservation.ConnectAnswer {
        state.withLock { $0.rules.answer(of: cluster, for: key) }
    }

    /// Asks the cluster of a resource from now on. Wanting the same again changes nothing.
    func want(_ cluster: ConnectCluster, for key: ObjectKey) {
        let queue = state.withLock { $0.rules.want(cluster, for: key) ? $0.queue : nil }
        queue?.add(key)
    }

    /// Asks nothing for a resource any more. A question that is on its way ends by its deadline and counts for nothing.
    func forget(_ key: ObjectKey) { state.withLock { $0.rules.forget(key) } }

    /// Works until those who want have ended, or the task is cancelled, and then forgets everything: in the next run, which
    /// another process may have led the way to, the first reconcile of each resource wants its cluster again.
    ///
    /// - Parameter users: whoever may want something. Awaited in any case, so that nothing is left over for the next run.
    func run(while users: () async -> Void) async {
        let queue = WorkQueue<ObjectKey, C>(clock: clock)
        let keys = state.withLock { state in
            state.queue = queue
            return state.rules.keys
        }
        defer { state.withLock { $0 = State() } }
        for key in keys { queue.add(key, priority: .background) }
        await withDiscardingTaskGroup { group in
            group.addTask { await queue.runTimers() }
            for _ in 0..<limit {
                group.addTask {
                    while let key = await queue.next() {
                        await self.poll(key, queue)
                        queue.done(key)
                    }
                }
            }
            await users()
            group.cancelAll()
        }
    }

    private func poll(_ key: ObjectKey, _ queue: WorkQueue<ObjectKey, C>) async {
        guard let cluster = state.withLock({ $0.rules.cluster(of: key) }) else { return }
        let answer = await ask(cluster.url)
        if Task.isCancelled { return }  // cut off: it says nothing about the cluster
        let outcome = state.withLock {
            $0.rules.answered(answer, by: cluster, for: key, jitter: .random(in: 0..<1))
        }
        guard let outcome else { return }
        queue.add(key, after: outcome.delay)
        if outcome.isNews { changed(key) }
    }
}
