// SPDX-License-Identifier: Apache-2.0

/// The list+watch protocol as data in, commands out.
package struct WatchMachine: Sendable {
    package enum Failure: Equatable, Sendable {
        /// 410, or an ERROR event with reason Expired.
        case expired
        case tooLargeResourceVersion
        case throttled(retryAfter: Duration?)
        case other
    }

    package enum Command: Equatable, Sendable {
        case list(resourceVersion: String, continueToken: String?)
        case watch(resourceVersion: String)
        /// Wait as the back-off says, but not less than the server asked for.
        case backOff(then: Resume, atLeast: Duration = .zero)
    }

    package enum Resume: Equatable, Sendable {
        case list
        case watch
    }

    private enum Phase: Equatable {
        case listing
        case watching
    }

    private var phase = Phase.listing
    private var needsQuorumRead = false
    /// Whether the watch has brought anything since the last list.
    private var hasProgressed = false
    package private(set) var resourceVersion = ""

    package init() {}

    package mutating func start() -> Command { list() }

    package mutating func listed(resourceVersion: String, continueToken: String?) -> Command {
        if let continueToken, !continueToken.isEmpty {
            // The token already names a version; sending both is an error.
            return .list(resourceVersion: "", continueToken: continueToken)
        }
        needsQuorumRead = false
        hasProgressed = false
        self.resourceVersion = resourceVersion
        phase = .watching
        return .watch(resourceVersion: resourceVersion)
    }

    /// Every event moves the position; a bookmark does nothing else.
    package mutating func received(resourceVersion: String) {
        hasProgressed = true
        self.resourceVersion = resourceVersion
    }

    /// The server ended the stream without an error. That happens every few minutes and is no failure, unless the
    /// stream was too short to have done anything: then the server is turning us away.
    package mutating func streamEnded(after lifetime: Duration, events: Int) -> Command {
        guard phase == .watching else { return list() }
        if lifetime < .seconds(1), events == 0 { return .backOff(then: .watch) }
        return .watch(resourceVersion: resourceVersion)
    }

    package mutating func failed(_ failure: Failure) -> Command {
        switch (failure, phase) {
        case (.expired, .watching):
            // First at least as new as what we saw; a quorum read only if that fails too. A server that says "gone"
            // right after a list would otherwise be listed in a hot loop.
            return hasProgressed ? list() : .backOff(then: .list)
        case (.expired, .listing), (.tooLargeResourceVersion, _):
            if needsQuorumRead { return .backOff(then: .list) }
            needsQuorumRead = true
            return list()
        case (.throttled(let wait), .watching): return .backOff(then: .watch, atLeast: wait ?? .zero)
        case (.throttled(let wait), .listing): return .backOff(then: .list, atLeast: wait ?? .zero)
        case (.other, .watching): return .backOff(then: .watch)
        case (.other, .listing): return .backOff(then: .list)
        }
    }

    /// What to send once the back-off is over.
    package mutating func resume(_ what: Resume) -> Command {
        what == .watch ? .watch(resourceVersion: resourceVersion) : list()
    }

    private mutating func list() -> Command {
        phase = .listing
        if needsQuorumRead { return .list(resourceVersion: "", continueToken: nil) }
        // "0" means: any state the server has cached.
        return .list(resourceVersion: resourceVersion.isEmpty ? "0" : resourceVersion, continueToken: nil)
    }
}
