// SPDX-License-Identifier: Apache-2.0

/// Suspends until `condition` holds. Returns early when the suite's time limit cancels the test.
///
/// Most of what tests wait for is there a moment later. What takes longer is looked at with pauses, so that waiting takes
/// no processor from what is waited for.
package func until(_ condition: () async throws -> Bool) async rethrows {
    var looks = 0
    while !Task.isCancelled, try await !condition() {
        looks += 1
        if looks < 100 { await Task.yield() } else { try? await Task.sleep(for: .milliseconds(1)) }  // or cancelled
    }
}

/// Asks until there is an answer; the suite's time limit ends it. Pauses like ``until(_:)``, only longer: what is asked is
/// often another process.
package func eventually<Value>(_ ask: () async throws -> Value?) async throws -> Value {
    var looks = 0
    while true {
        if let value = try await ask() { return value }
        try Task.checkCancellation()
        looks += 1
        if looks < 10 { await Task.yield() } else { try await Task.sleep(for: .milliseconds(10)) }
    }
}

/// What a value has become when it has not changed for 300 ms: for the end of something that nobody tells of. A slow
/// machine may take it for ended too early, so it is good only for expectations that hold at every moment.
package func atRest<Value: Equatable>(_ value: () -> Value) async throws -> Value {
    var (last, looks) = (value(), 0)
    while looks < 30 {
        try await Task.sleep(for: .milliseconds(10))
        let now = value()
        (last, looks) = (now, now == last ? looks + 1 : 0)
    }
    return last
}
