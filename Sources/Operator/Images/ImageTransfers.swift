// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import KubernetesRuntime
package import Planning
package import Resources

/// Brings wanted images into their registries and keeps them there, while reconciles come and go.
///
/// A value is told what is wanted, from any thread, and ``run(while:)`` does it. What changes is reported by slot, so that the
/// controller can look at the resource.
package final class ImageTransfers<C: Clock<Duration>>: Sendable {
    /// Brings one image, or finds that it is there.
    package typealias Transfer = @Sendable (WantedImage, KnownImage, @escaping Report) async throws -> ObtainedImage
    /// Is told how far it has come.
    package typealias Report = @Sendable (ImageProgress) -> Void

    private typealias Rules = ImageTransfersState
    private typealias Queue = WorkQueue<ImageSlot, C>

    private struct State: Sendable {
        var rules: Rules
        /// Opened to cancel an attempt.
        var stops: [ImageSlot: Latch] = [:]
        /// `nil`: nobody works at the moment.
        var queue: Queue?
    }

    private let state: Locked<State>
    private let fresh: State
    private let clock: C
    private let transfer: Transfer
    private let changed: @Sendable (ImageSlot) -> Void

    /// - Parameters:
    ///   - limit: attempts at a time; one namespace gets at most half of them.
    ///   - recheck: how long an image that is there is taken to be there.
    ///   - transfer: throws ``ImageFailure``; any other error becomes one with the reason `TransferFailed`.
    ///   - changed: told of every slot whose state is another now.
    package init(
        limit: Int,
        recheck: Duration,
        clock: C,
        transfer: @escaping Transfer,
        changed: @escaping @Sendable (ImageSlot) -> Void
    ) {
        fresh = State(rules: Rules(limit: limit, recheck: recheck))
        state = Locked(fresh)
        self.clock = clock
        self.transfer = transfer
        self.changed = changed
    }

    /// What is wanted in a slot, and what is known about it; `nil` if nothing is wanted there.
    package func wanted(
        in slot: ImageSlot
    ) -> (image: WantedImage, state: ImageState, layers: [IcebergConnectStatus.Layer])? {
        state.withLock { $0.rules.wanted(in: slot) }
    }

    /// Wants `image` in `slot`, also if something else was wanted there; what runs for that is cancelled. Wanting the same
    /// again changes nothing.
    ///
    /// - Parameters:
    ///   - known: what came of the same image earlier, perhaps in another process.
    ///   - layers: what that had brought into the registry when it ended.
    package func want(
        _ image: WantedImage,
        in slot: ImageSlot,
        known: ObtainedImage?,
        layers: [IcebergConnectStatus.Layer] = []
    ) {
        let (isNew, stop, queue, priority) = state.withLock { state in
            let isNew = state.rules.want(image, in: slot, known: known, layers: layers)
            return (isNew, state.stops[slot], state.queue, state.rules.priority(of: slot))
        }
        guard isNew else { return }
        stop?.open()
        // While an attempt has the slot in hand, it is handed out once more as soon as that has ended.
        queue?.add(slot, priority: priority)
    }

    /// Wants nothing in `slot` any more; what runs for it is cancelled.
    package func forget(_ slot: ImageSlot) { forget { (_: Rules) in [slot] } }

    /// Wants nothing any more in the slots of which this is true.
    package func forget(where isMeant: (ImageSlot) -> Bool) { forget { (rules: Rules) in rules.slots.filter(isMeant) } }

    private func forget(_ choose: (Rules) -> [ImageSlot]) {
        let stops = state.withLock { state in
            let slots = choose(state.rules)
            for slot in slots { state.rules.forget(slot) }
            return slots.compactMap { state.stops[$0] }
        }
        for stop in stops { stop.open() }
    }

    /// Works until those who want have ended, or the task is cancelled; every attempt is a child of it. Then it forgets
    /// everything: in the next run, which another process may have led the way to, the first reconcile of each resource
    /// wants its images again, and says what came of them meanwhile.
    ///
    /// - Parameter users: whoever may want something. Awaited in any case: what they want in their last moments, when
    ///   everything has been cancelled, must not be left over for the next run, where nobody would forget it.
    package func run(while users: () async -> Void) async {
        let queue = Queue(clock: clock)
        let slots = state.withLock { state in
            state.queue = queue
            return state.rules.slots.map { ($0, state.rules.priority(of: $0)) }
        }
        defer { state.withLock { $0 = fresh } }
        for (slot, priority) in slots { queue.add(slot, priority: priority) }
        await withDiscardingTaskGroup { group in
            group.addTask { await queue.runTimers() }
            for _ in 0..<fresh.rules.limit {
                group.addTask {
                    while let slot = await queue.next() {
                        await self.attempt(slot, queue)
                        queue.done(slot)
                        self.handOn(from: slot, queue)
                    }
                }
            }
            await users()
            group.cancelAll()
        }
    }

    /// A place may be free for another slot of the same namespace.
    private func handOn(from slot: ImageSlot, _ queue: Queue) {
        let next = state.withLock { state in
            state.rules.unpark(besides: slot).map { ($0, state.rules.priority(of: $0)) }
        }
        if let (slot, priority) = next { queue.add(slot, priority: priority) }
    }

    private func attempt(_ slot: ImageSlot, _ queue: Queue) async {
        let stop = Latch()
        let begun = state.withLock { state in
            let attempt = state.rules.begin(slot)
            if attempt != nil { state.stops[slot] = stop }
            return attempt
        }
        guard let attempt = begun else { return }
        let result = await result(of: attempt, until: stop)
        let isCutOff = Task.isCancelled  // then it says nothing about the image
        let outcome = state.withLock { state in
            state.stops[slot] = nil
            return state.rules.ended(attempt, with: isCutOff ? nil : result, jitter: .random(in: 0..<1))
        }
        guard let outcome else { return }
        queue.add(slot, after: outcome.delay)
        if outcome.isNews { changed(slot) }
    }

    /// `nil` if it was cancelled.
    private func result(of attempt: Rules.Attempt, until stop: Latch) async -> Result<ObtainedImage, ImageFailure>? {
        await withTaskGroup(of: Result<ObtainedImage, ImageFailure>?.self) { group in
            group.addTask { await self.result(of: attempt) }
            group.addTask {
                try? await stop.wait()  // cancelled because the attempt has ended
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
    }

    private func result(of attempt: Rules.Attempt) async -> Result<ObtainedImage, ImageFailure> {
        do {
            return .success(
                try await transfer(attempt.image, attempt.known) { progress in
                    let slot = self.state.withLock { $0.rules.progressed(attempt, to: progress) }
                    if let slot { self.changed(slot) }
                }
            )
        } catch let failure as ImageFailure {
            return .failure(failure)
        } catch {
            return .failure(ImageFailure(reason: "TransferFailed", message: "\(error)"))
        }
    }
}
