// SPDX-License-Identifier: Apache-2.0

/// Values that are costly to get and good for a while: credentials, tokens. Who asks for one while it is being fetched
/// waits for that fetch instead of beginning another.
package final class SingleFlight<Key: Hashable & Sendable, Value: Sendable>: Sendable {
    /// One fetch: who runs it opens the latch, and those who wait then look at the outcome.
    private final class Flight: Sendable {
        let landed = Latch()
        let outcome = Locked<Result<Value, any Error>?>(nil)
    }

    private enum Turn: Sendable {
        case ready(Value)
        case fetch(Flight)
        case wait(Flight)
    }

    private struct State: Sendable {
        var values: [Key: Value] = [:]
        var flights: [Key: Flight] = [:]
    }

    private let state = Locked(State())

    package init() {}

    /// The kept value if it is fresh, otherwise a fetched one.
    ///
    /// - Throws: what the fetch threw; those who waited for it get the same error. A fetch that ended because its own
    ///   caller was cancelled is begun again by one of those who waited.
    package func value(
        for key: Key,
        isFresh: (Value) -> Bool,
        fetch: @Sendable () async throws -> Value
    ) async throws -> Value {
        while true {
            switch turn(key, isFresh) {
            case .ready(let value): return value
            case .fetch(let flight): return try await run(flight, key, fetch)
            case .wait(let flight):
                try await flight.landed.wait()
                if let outcome = flight.outcome.withLock({ $0 }) { return try outcome.get() }
            }
        }
    }

    /// Throws the kept value away, because the other side no longer takes it.
    package func forget(_ key: Key) { state.withLock { $0.values[key] = nil } }

    private func turn(_ key: Key, _ isFresh: (Value) -> Bool) -> Turn {
        state.withLock { state in
            if let kept = state.values[key], isFresh(kept) { return .ready(kept) }
            if let flight = state.flights[key] { return .wait(flight) }
            let flight = Flight()
            state.flights[key] = flight
            return .fetch(flight)
        }
    }

    private func run(_ flight: Flight, _ key: Key, _ fetch: () async throws -> Value) async throws -> Value {
        let outcome: Result<Value, any Error>
        do {
            outcome = .success(try await fetch())
        } catch {
            outcome = .failure(error)
        }
        // The cancellation is the fetcher's own affair: whoever waited tries for himself.
        let isCancelled = if case .failure = outcome { Task.isCancelled } else { false }
        if !isCancelled { flight.outcome.withLock { $0 = outcome } }
        state.withLock { state in
            state.flights[key] = nil
            if case .success(let value) = outcome { state.values[key] = value }
        }
        flight.landed.open()
        return try outcome.get()
    }
}
