// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Planning
internal import Resources

/// The rules by which wanted images are brought into their registries and kept there: who may run now, what is tried
/// again and when. No threads, no clock, no randomness.
///
/// What is wanted in a slot may change at any time; then what runs for it is cancelled and begins anew. Whose turn it is
/// goes by namespaces: what many want in one must not keep the few of another from theirs.
struct ImageTransfersState<Instant: InstantProtocol>: Sendable where Instant.Duration == Duration {
    /// One attempt. Its number tells a late answer of a cancelled attempt from one that counts.
    struct Run: Hashable, Sendable {
        let number: Int
    }

    enum Action: Equatable, Sendable {
        case start(Run, ImageSlot, WantedImage, known: ObtainedImage?, layers: [IcebergConnectStatus.Layer] = [])
        case cancel(Run)
    }

    private enum Phase: Equatable, Sendable {
        case queued
        case running(Run)
        /// Nothing to do until then.
        case settled(until: Instant)
    }

    private struct Entry: Sendable {
        var image: WantedImage
        var phase = Phase.queued
        var state = ImageState.waiting
        /// The last success for this image, also while it is being looked at again.
        var outcome: ObtainedImage?
        var attempts = 0
        /// What the registry has already, from attempts that did not come to their end.
        var layers: [IcebergConnectStatus.Layer] = []

        /// - Returns: whether there is one that was not known.
        mutating func learn(_ more: [IcebergConnectStatus.Layer]) -> Bool {
            let known = Set(layers.map(\.diffID))
            let new = more.filter { !known.contains($0.diffID) }
            layers += new
            return !new.isEmpty
        }
    }

    /// After a failed attempt.
    static var backoff: Backoff { Backoff(base: .seconds(5), maximum: .seconds(300)) }

    /// At most so many attempts at a time: each needs memory and a share of the network.
    let limit: Int
    /// How long an image that is there is taken to be there.
    let recheck: Duration
    private var entries: [ImageSlot: Entry] = [:]
    private var queue: [ImageSlot] = []
    private var runs: [Run: ImageSlot] = [:]
    /// Cancelled, but not yet at their end: until then they need what all need.
    private var ending: [Run: ImageSlot] = [:]
    private var nextRun = 0

    init(limit: Int, recheck: Duration) {
        self.limit = limit
        self.recheck = recheck
    }

    /// Half of the places, so that some are left for whoever comes next: an attempt may last for hours.
    private var limitOfOneNamespace: Int { (limit + 1) / 2 }

    /// What is wanted in a slot, and what is known about it; `nil` if nothing is wanted there.
    func wanted(in slot: ImageSlot) -> (image: WantedImage, state: ImageState, layers: [IcebergConnectStatus.Layer])? {
        entries[slot].map { ($0.image, $0.state, $0.layers) }
    }

    /// The next moment at which something falls due.
    var nextDue: Instant? {
        entries.values.compactMap { entry in if case .settled(let until) = entry.phase { until } else { nil } }.min()
    }

    /// Wants `image` in `slot`. Wanting the same again changes nothing.
    ///
    /// - Parameters:
    ///   - known: what an earlier process found out about the same image: then it is only looked at again.
    ///   - layers: what it had brought into the registry when it ended.
    mutating func want(
        _ image: WantedImage,
        in slot: ImageSlot,
        known: ObtainedImage?,
        layers: [IcebergConnectStatus.Layer] = []
    ) -> [Action] {
        if let entry = entries[slot], entry.image == image { return [] }
        let cancelled = forget(slot)
        var entry = Entry(image: image, layers: layers)
        if let known {
            entry.outcome = known
            entry.state = .present(known)
        }
        entries[slot] = entry
        queue.append(slot)
        return cancelled + startQueued()
    }

    /// In which something is wanted.
    var slots: [ImageSlot] { Array(entries.keys) }

    /// Wants nothing in `slot` any more.
    mutating func forget(_ slot: ImageSlot) -> [Action] {
        guard let entry = entries.removeValue(forKey: slot) else { return [] }
        queue.removeAll { $0 == slot }
        guard case .running(let run) = entry.phase else { return [] }
        runs[run] = nil
        ending[run] = slot
        return [.cancel(run)]
    }

    /// An attempt that was cancelled is at its end; its place is free.
    mutating func ended(_ run: Run) -> [Action] { ending.removeValue(forKey: run) == nil ? [] : startQueued() }

    /// - Returns: the slot whose state has changed, if one has.
    mutating func progressed(_ run: Run, to progress: ImageProgress) -> ImageSlot? {
        guard let slot = runs[run], var entry = entries[slot] else { return nil }
        let hasLearnt = entry.learn(progress.layers)
        var isNews = entry.state.isNews(progress)
        // What failed has failed until an attempt succeeds; the others are noise.
        if case .failed = entry.state { isNews = false }
        // An image that is there stays there while it is looked at again; reading anew is news even so.
        if entry.outcome != nil, progress.bytes == 0 { isNews = false }
        if isNews { entry.state = .running(progress) }
        entries[slot] = entry
        return isNews || hasLearnt ? slot : nil
    }

    mutating func succeeded(
        _ run: Run,
        with outcome: ObtainedImage,
        at now: Instant
    ) -> (changed: ImageSlot?, [Action]) {
        guard let slot = runs.removeValue(forKey: run), var entry = entries[slot] else { return (nil, ended(run)) }
        let changes = entry.state != .present(outcome)
        entry.outcome = outcome
        entry.state = .present(outcome)
        entry.attempts = 0
        entry.layers = []
        entry.phase = .settled(until: now.advanced(by: recheck))
        entries[slot] = entry
        return (changes ? slot : nil, startQueued())
    }

    /// - Parameter jitter: a number from 0 to 1.
    mutating func failed(
        _ run: Run,
        with failure: ImageFailure,
        at now: Instant,
        jitter: Double
    ) -> (changed: ImageSlot?, [Action]) {
        guard let slot = runs.removeValue(forKey: run), var entry = entries[slot] else { return (nil, ended(run)) }
        entry.attempts += 1
        let delay = Self.backoff.delay(after: entry.attempts, random: jitter)
        entry.state = .failed(failure, attempts: entry.attempts)
        entry.phase = .settled(until: now.advanced(by: delay))
        entries[slot] = entry
        return (slot, startQueued())
    }

    /// Queues what has fallen due.
    mutating func tick(at now: Instant) -> [Action] {
        let due = entries.compactMap { slot, entry -> (ImageSlot, Instant)? in
            if case .settled(let until) = entry.phase, until <= now { (slot, until) } else { nil }
        }
        for (slot, _) in due.sorted(by: { $0.1 < $1.1 }) {
            entries[slot]?.phase = .queued
            queue.append(slot)
        }
        return startQueued()
    }

    /// Whoever carried out the attempts has gone; all of them begin anew, before those that have not begun yet.
    mutating func begin() -> [Action] {
        let begun = runs.values.sorted { number(of: $0) < number(of: $1) }
        for slot in begun { entries[slot]?.phase = .queued }
        queue = begun + queue
        (runs, ending) = ([:], [:])
        return startQueued()
    }

    /// Attempts are numbered as they begin.
    private func number(of slot: ImageSlot) -> Int {
        if case .running(let run)? = entries[slot]?.phase { run.number } else { 0 }
    }

    private mutating func startQueued() -> [Action] {
        var actions: [Action] = []
        while runs.count + ending.count < limit, let index = queue.firstIndex(where: mayStart) {
            let slot = queue.remove(at: index)
            guard let entry = entries[slot] else { continue }
            nextRun += 1
            let run = Run(number: nextRun)
            runs[run] = slot
            entries[slot]?.phase = .running(run)
            actions.append(.start(run, slot, entry.image, known: entry.outcome, layers: entry.layers))
        }
        return actions
    }

    private func mayStart(_ slot: ImageSlot) -> Bool {
        let isNeighbour = { (other: ImageSlot) in other.resource.namespace == slot.resource.namespace }
        return runs.values.count(where: isNeighbour) + ending.values.count(where: isNeighbour) < limitOfOneNamespace
    }
}
