// SPDX-License-Identifier: Apache-2.0

internal import Basics
package import Planning
package import Resources

/// Brings wanted images into their registries and keeps them there, while reconciles come and go.
///
/// A value is told what is wanted, from any thread, and ``run()`` does it. What changes is reported by slot, so that the
/// controller can look at the resource.
package final class ImageTransfers<C: Clock<Duration>>: Sendable {
    /// Brings one image, or finds that it is there.
    package typealias Transfer = @Sendable (WantedImage, KnownImage, @escaping Report) async throws -> ObtainedImage
    /// Is told how far it has come.
    package typealias Report = @Sendable (ImageProgress) -> Void

    private typealias Rules = ImageTransfersState<C.Instant>

    private struct State: Sendable {
        var rules: Rules
        /// Decided, not yet carried out.
        var actions: [Rules.Action] = []
        /// Opened to cancel an attempt.
        var stops: [Rules.Run: Latch] = [:]
        /// One ring is enough: what is to be done is read from here. `nil`: nobody works at the moment.
        var bell: AsyncStream<Void>.Continuation?
    }

    private let state: Locked<State>
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
        state = Locked(State(rules: Rules(limit: limit, recheck: recheck)))
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

    /// Wants `image` in `slot`, also if something else was wanted there. Wanting the same again changes nothing.
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
        decide { $0.want(image, in: slot, known: known, layers: layers) }
    }

    /// Wants nothing in `slot` any more; what runs for it is cancelled.
    package func forget(_ slot: ImageSlot) { decide { $0.forget(slot) } }

    /// Wants nothing any more in the slots of which this is true.
    package func forget(where isMeant: (ImageSlot) -> Bool) {
        decide { rules in rules.slots.filter(isMeant).flatMap { rules.forget($0) } }
    }

    private func decide(_ body: (inout Rules) -> [Rules.Action]) {
        state.withLock { $0.actions += body(&$0.rules) }
        ring()
    }

    private func ring() { state.withLock { $0.bell }?.yield() }

    /// Works until the task is cancelled; every attempt is a child of it. May be run again afterwards: then what was cut
    /// off begins anew.
    package func run() async {
        // Each run has a doorbell of its own: one that was cancelled once has ended for good.
        let (doorbell, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        state.withLock { state in
            state.actions = state.rules.begin()
            state.bell = bell
        }
        await withDiscardingTaskGroup { group in
            var alarm: C.Instant?
            bell.yield()
            for await _ in doorbell {
                let now = clock.now
                let (actions, due) = state.withLock { state in
                    let actions = state.actions + state.rules.tick(at: now)
                    state.actions = []
                    return (actions, state.rules.nextDue)
                }
                for action in actions {
                    switch action {
                    case .start(let run, _, let image, let outcome, let layers):
                        let stop = Latch()
                        let known = KnownImage(outcome, layers: layers)
                        state.withLock { $0.stops[run] = stop }
                        group.addTask { await self.attempt(run, image, known, until: stop) }
                    case .cancel(let run): state.withLock { $0.stops[run] }?.open()
                    }
                }
                if let old = alarm, old <= now { alarm = nil }
                guard let due, alarm.map({ due < $0 }) ?? true else { continue }
                alarm = due
                group.addTask { [clock] in
                    try? await clock.sleep(until: due, tolerance: nil)  // cancelled or due: ring either way
                    bell.yield()
                }
            }
            group.cancelAll()
        }
    }

    private func attempt(_ run: Rules.Run, _ image: WantedImage, _ known: KnownImage, until stop: Latch) async {
        let result = await withTaskGroup(of: Result<ObtainedImage, ImageFailure>?.self) { group in
            group.addTask { await self.result(run, image, known) }
            group.addTask {
                try? await stop.wait()  // cancelled because the attempt has ended
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        state.withLock { _ = $0.stops.removeValue(forKey: run) }
        guard let result, !Task.isCancelled else {
            state.withLock { $0.actions += $0.rules.ended(run) }
            return ring()
        }
        let now = clock.now
        let slot = state.withLock { state in
            let (slot, actions) =
                switch result {
                case .success(let outcome): state.rules.succeeded(run, with: outcome, at: now)
                case .failure(let failure):
                    state.rules.failed(run, with: failure, at: now, jitter: .random(in: 0..<1))
                }
            state.actions += actions
            return slot
        }
        ring()
        if let slot { changed(slot) }
    }

    private func result(
        _ run: Rules.Run,
        _ image: WantedImage,
        _ known: KnownImage
    ) async -> Result<ObtainedImage, ImageFailure> {
        do {
            return .success(
                try await transfer(image, known) { progress in
                    let slot = self.state.withLock { $0.rules.progressed(run, to: progress) }
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
