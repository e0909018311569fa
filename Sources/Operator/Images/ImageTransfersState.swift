// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import KubernetesRuntime
internal import Planning
internal import Resources

/// The rules by which wanted images are brought into their registries and kept there: who may run now, what of an answer
/// is news, and when to look again. No threads, no clock, no randomness.
///
/// What is wanted in a slot may change at any time; then what runs for it counts for nothing any more. Whose turn it is
/// goes by namespaces: what many want in one must not keep the few of another from theirs.
struct ImageTransfersState: Sendable {
    /// One try at an image.
    struct Attempt: Equatable, Sendable {
        let slot: ImageSlot
        /// Tells a late answer of a cancelled attempt from one that counts.
        fileprivate let wish: Int
        let image: WantedImage
        let known: KnownImage
    }

    private struct Entry: Sendable {
        let wish: Int
        let image: WantedImage
        var state = ImageState.waiting
        /// The last success for this image, also while it is being looked at again.
        var outcome: ObtainedImage?
        /// That failed, in a row.
        var attempts = 0
        /// What the registry has already, from attempts that did not come to their end.
        var layers: [IcebergConnectStatus.Layer] = []
        /// It has had its turn while its namespace had no place, and stands once among the parked of this priority.
        var parkedAs: Priority?

        /// What nobody has tried yet comes before what is looked at or tried again, perhaps in vain.
        var priority: Priority { outcome == nil && attempts == 0 ? .urgent : .background }

        /// - Returns: whether there is one that was not known.
        mutating func learn(_ more: [IcebergConnectStatus.Layer]) -> Bool {
            let known = Set(layers.map(\.diffID))
            let new = more.filter { !known.contains($0.diffID) }
            layers += new
            return !new.isEmpty
        }
    }

    /// What one namespace has of the places.
    private struct Share: Sendable {
        var taken = 0
        /// Slots that wait for one, in order.
        var parked: [Priority: ArraySlice<ImageSlot>] = [:]
    }

    /// After a failed attempt.
    static var backoff: Backoff { Backoff(base: .seconds(5), maximum: .seconds(300)) }

    /// At most so many attempts at a time: each needs memory and a share of the network.
    let limit: Int
    /// How long an image that is there is taken to be there.
    let recheck: Duration
    private var entries: [ImageSlot: Entry] = [:]
    private var shares: [String: Share] = [:]
    private var lastWish = 0

    init(limit: Int, recheck: Duration) {
        self.limit = limit
        self.recheck = recheck
    }

    /// Half of the places, so that some are left for whoever comes next: an attempt may last for hours.
    private var limitOfOneNamespace: Int { (limit + 1) / 2 }

    private func namespace(of slot: ImageSlot) -> String { slot.resource.namespace ?? "" }

    /// In which something is wanted.
    var slots: [ImageSlot] { Array(entries.keys) }

    /// What is wanted in a slot, and what is known about it; `nil` if nothing is wanted there.
    func wanted(in slot: ImageSlot) -> (image: WantedImage, state: ImageState, layers: [IcebergConnectStatus.Layer])? {
        entries[slot].map { ($0.image, $0.state, $0.layers) }
    }

    /// How soon a slot deserves a place.
    func priority(of slot: ImageSlot) -> Priority { entries[slot]?.priority ?? .background }

    /// Wants `image` in `slot`.
    ///
    /// - Parameters:
    ///   - known: what an earlier process found out about the same image: then it is only looked at again.
    ///   - layers: what it had brought into the registry when it ended.
    /// - Returns: whether it is to be tried now. Wanting the same again changes nothing.
    mutating func want(
        _ image: WantedImage,
        in slot: ImageSlot,
        known: ObtainedImage?,
        layers: [IcebergConnectStatus.Layer] = []
    ) -> Bool {
        let old = entries[slot]
        if old?.image == image { return false }
        lastWish += 1
        // Whoever wants something else keeps his place in the line.
        var entry = Entry(wish: lastWish, image: image, outcome: known, layers: layers, parkedAs: old?.parkedAs)
        if let known { entry.state = .present(known) }
        entries[slot] = entry
        return true
    }

    /// Wants nothing in `slot` any more.
    mutating func forget(_ slot: ImageSlot) {
        leaveLine(slot)
        entries[slot] = nil
    }

    // MARK: Attempts

    /// - Returns: what to do for a slot that has its turn; `nil` if nothing is wanted there, or its namespace has no place
    ///   for it: then it is parked.
    mutating func begin(_ slot: ImageSlot) -> Attempt? {
        guard let entry = entries[slot] else { return nil }
        let namespace = namespace(of: slot)
        guard shares[namespace, default: Share()].taken < limitOfOneNamespace else {
            if entry.parkedAs != entry.priority {
                leaveLine(slot)
                shares[namespace]?.parked[entry.priority, default: []].append(slot)
                entries[slot]?.parkedAs = entry.priority
            }
            return nil
        }
        leaveLine(slot)
        shares[namespace, default: Share()].taken += 1
        let known = KnownImage(entry.outcome, layers: entry.layers)
        return Attempt(slot: slot, wish: entry.wish, image: entry.image, known: known)
    }

    /// - Returns: the slot whose state has changed, if one has.
    mutating func progressed(_ attempt: Attempt, to progress: ImageProgress) -> ImageSlot? {
        guard var entry = entry(of: attempt) else { return nil }
        let hasLearnt = entry.learn(progress.layers)
        var isNews = entry.state.isNews(progress)
        // What failed has failed until an attempt succeeds; the others are noise.
        if case .failed = entry.state { isNews = false }
        // An image that is there stays there while it is looked at again; reading anew is news even so.
        if entry.outcome != nil, progress.bytes == 0 { isNews = false }
        if isNews { entry.state = .running(progress) }
        entries[attempt.slot] = entry
        return isNews || hasLearnt ? attempt.slot : nil
    }

    /// An attempt is at its end, and its place is free.
    ///
    /// - Parameters:
    ///   - result: `nil`: it was cancelled.
    ///   - jitter: a number from 0 to 1.
    /// - Returns: whether the state is another now, and when to look again; `nil` if nobody wants to know any more.
    mutating func ended(
        _ attempt: Attempt,
        with result: Result<ObtainedImage, ImageFailure>?,
        jitter: Double
    ) -> (isNews: Bool, delay: Duration)? {
        shares[namespace(of: attempt.slot)]?.taken -= 1
        guard let result, var entry = entry(of: attempt) else { return nil }
        defer { entries[attempt.slot] = entry }
        switch result {
        case .success(let outcome):
            let isNews = entry.state != .present(outcome)
            entry.outcome = outcome
            entry.state = .present(outcome)
            entry.attempts = 0
            entry.layers = []
            return (isNews, recheck)
        case .failure(let failure):
            entry.attempts += 1
            entry.state = .failed(failure, attempts: entry.attempts)
            return (true, Self.backoff.delay(after: entry.attempts, random: jitter))
        }
    }

    /// - Returns: a parked slot of the same namespace that may have its turn now. Asked whenever a slot has had its turn, so
    ///   that none is parked while its namespace has a free place.
    mutating func unpark(besides slot: ImageSlot) -> ImageSlot? {
        let namespace = namespace(of: slot)
        guard var share = shares[namespace], share.taken < limitOfOneNamespace else { return nil }
        defer { shares[namespace] = share.taken == 0 && share.parked.values.allSatisfy(\.isEmpty) ? nil : share }
        for priority in [Priority.urgent, .background] {
            guard let next = share.parked[priority]?.popFirst() else { continue }
            entries[next]?.parkedAs = nil
            return next
        }
        return nil
    }

    private mutating func leaveLine(_ slot: ImageSlot) {
        guard let priority = entries[slot]?.parkedAs else { return }
        shares[namespace(of: slot)]?.parked[priority]?.removeAll { $0 == slot }
        entries[slot]?.parkedAs = nil
    }

    private func entry(of attempt: Attempt) -> Entry? {
        entries[attempt.slot].flatMap { $0.wish == attempt.wish ? $0 : nil }
    }
}
