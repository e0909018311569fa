// SPDX-License-Identifier: Apache-2.0

internal import Resources

/// The order in which a resource shows its phases (row 14): never more than one step on at a time, however fast reality
/// was, so that whoever watches sees each of them.
enum PhaseOrder {
    /// - Parameters:
    ///   - old: the phase that is shown; `nil` before the first status.
    ///   - target: the phase that things are in.
    ///   - transfers: whether images are or were transferred in this course; without, two phases are left out.
    ///   - startsOver: whether what is transferred differs from what was there, so that the course begins again.
    static func next(
        after old: IcebergConnectStatus.Phase?,
        toward target: IcebergConnectStatus.Phase,
        transfers: Bool,
        startsOver: Bool
    ) -> IcebergConnectStatus.Phase {
        guard target != .failed else { return .failed }
        guard let old else { return .pending }
        let course: [IcebergConnectStatus.Phase] =
            transfers ? [.pending, .downloading, .building, .deploying, .ready] : [.pending, .deploying, .ready]
        let isOnTheWay = [.pending, .downloading, .building].contains(old)
        let from = startsOver && !isOnTheWay ? 0 : course.firstIndex(of: old) ?? 0
        let to = course.firstIndex(of: target) ?? 0
        return to <= from ? target : course[from + 1]
    }
}
