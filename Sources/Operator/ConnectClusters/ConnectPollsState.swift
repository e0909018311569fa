// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import KubernetesModel
internal import Planning

/// The rules by which Connect clusters are asked whether they answer: when again, and what of an answer is news. No
/// threads, no clock, no randomness.
struct ConnectPollsState: Sendable {
    private struct Entry: Sendable {
        var cluster: ConnectCluster
        var answer = IcebergConnectObservation.ConnectAnswer.notAsked
        /// In a row.
        var failures = 0
    }

    /// Between two questions to a cluster that answers.
    static let interval = Duration.seconds(30)

    private static let backoff = Backoff(base: .seconds(3), maximum: .seconds(60))

    private var entries: [ObjectKey: Entry] = [:]

    /// The resources whose clusters are to be asked.
    var keys: [ObjectKey] { Array(entries.keys) }

    func cluster(of key: ObjectKey) -> ConnectCluster? { entries[key]?.cluster }

    /// What the cluster said last; nothing that another one said under the same name.
    func answer(of cluster: ConnectCluster, for key: ObjectKey) -> IcebergConnectObservation.ConnectAnswer {
        guard let entry = entries[key], entry.cluster.isSame(as: cluster) else { return .notAsked }
        return entry.answer
    }

    /// - Returns: whether it is to be asked now. Wanting the same again changes nothing.
    mutating func want(_ cluster: ConnectCluster, for key: ObjectKey) -> Bool {
        let old = entries[key]
        if old?.cluster == cluster { return false }
        // Another number of ready pods is a reason to hope; until it is asked, what it said last counts.
        let isSame = old?.cluster.isSame(as: cluster) ?? false
        entries[key] = Entry(cluster: cluster, answer: isSame ? old?.answer ?? .notAsked : .notAsked)
        return true
    }

    mutating func forget(_ key: ObjectKey) { entries[key] = nil }

    /// - Parameters:
    ///   - cluster: as it was when the question was sent.
    ///   - jitter: 0…1; how much of a quarter is added to the delay.
    /// - Returns: whether the answer is news, and when to ask again; `nil` if nobody wants to know any more, or something
    ///   else.
    mutating func answered(
        _ answer: IcebergConnectObservation.ConnectAnswer,
        by cluster: ConnectCluster,
        for key: ObjectKey,
        jitter: Double
    ) -> (isNews: Bool, delay: Duration)? {
        guard var entry = entries[key], entry.cluster == cluster else { return nil }
        let isNews = answer.isNews(after: entry.answer)
        if isNews { entry.answer = answer }
        let isWell = if case .version = answer { true } else { false }
        entry.failures = isWell ? 0 : entry.failures + 1
        entries[key] = entry
        return (
            isNews,
            isWell ? Self.interval * (1 + 0.25 * jitter) : Self.backoff.delay(after: entry.failures, random: jitter)
        )
    }
}

extension IcebergConnectObservation.ConnectAnswer {
    /// The words of a failure may differ with each try; only another reason is news.
    fileprivate func isNews(after old: Self) -> Bool {
        if case .unreachable(let reason, _) = self, case .unreachable(reason, _) = old { return false }
        return self != old
    }
}
