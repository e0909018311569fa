// SPDX-License-Identifier: Apache-2.0

import Basics

/// Everything that an operator has done to the world, in order; kills it after one of them.
///
/// An effect has happened when the server has carried it out. The operator has not heard of it yet.
final class Effects: Sendable {
    private struct State: Sendable {
        var names: [String] = []
        var last: Int?
        var kill: (@Sendable () -> Void)?
    }

    private let state = Locked(State())
    /// Opens when the operator has been killed.
    let killed = Latch()

    var names: [String] { state.withLock { $0.names } }

    /// - Parameter number: 1 is the first effect.
    func kill(after number: Int, _ kill: @escaping @Sendable () -> Void) {
        state.withLock { state in (state.last, state.kill) = (number, kill) }
    }

    func happened(_ name: String) {
        let kill = state.withLock { state -> (@Sendable () -> Void)? in
            state.names.append(name)
            return state.names.count == state.last ? state.kill : nil
        }
        guard let kill else { return }
        kill()
        killed.open()
    }
}
