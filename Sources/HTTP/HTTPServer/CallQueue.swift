// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// Where the daemon's thread hands calls over to the server's task.
final class CallQueue: Sendable {
    let largestBody: Int
    private let calls: AsyncStream<Call>.Continuation
    /// Calls whose connection is suspended. The daemon must not be stopped while there is one.
    private let open = Locked<[ObjectIdentifier: Call]>([:])

    init(largestBody: Int, calls: AsyncStream<Call>.Continuation) {
        self.largestBody = largestBody
        self.calls = calls
    }

    func handOver(_ call: Call) {
        open.withLock { $0[ObjectIdentifier(call)] = call }
        if case .terminated = calls.yield(call) { call.answer(ServerResponse(503)) }
    }

    func close(_ call: Call) { open.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(call)) } }

    /// Answers what was handed over but never taken.
    func refuseTheRest() {
        let rest = open.withLock { Array($0.values) }
        for call in rest { call.answer(ServerResponse(503)) }
    }
}
