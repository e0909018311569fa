// SPDX-License-Identifier: Apache-2.0

/// The list+watch protocol as data in, commands out.
///
/// Lists are always consistent reads and always in pages; the position of a watch moves with every event
/// and is kept over everything but a new list.
package struct WatchMachine: Sendable {
    /// How a list or a watch failed, as far as it matters for what comes next.
    package enum Failure: Equatable, Sendable {
        /// 410, or an ERROR event with reason Expired.
        case expired
        case throttled(retryAfter: Duration)
        /// A line that is too long or not JSON: the same one would come again.
        case unreadable
        /// The scope may not be read, or is not there: what is in the store is no knowledge any more.
        case denied
        case other
    }

    /// What to do next.
    package enum Command: Equatable, Sendable {
        /// From the start if there is no token: what was put aside is dropped.
        case list(continueToken: String?, isPaged: Bool)
        case watch(resourceVersion: String)
        /// Wait as the back-off says, but not less than the server asked for.
        case backOff(then: Resume, atLeast: Duration = .zero)
    }

    /// What follows a back-off.
    package enum Resume: Equatable, Sendable {
        case list
        case watch
    }

    private enum Phase: Equatable {
        case listing
        case watching
    }

    private var phase = Phase.listing
    /// How often the continue token of this list has expired.
    private var expiredTokens = 0
    private var hasToken = false
    /// How often the list was denied in a row.
    private var denials = 0
    /// Whether the watch has brought anything since the last list.
    private var hasProgressed = false
    package private(set) var resourceVersion = ""

    package init() {}

    /// A server that has just been started knows no roles for a while, so one refusal says little.
    package static let denialsToBelieve = 5

    /// Whether the scope is really not ours to read, so that what is known of it counts no more.
    package var isDenied: Bool { denials >= Self.denialsToBelieve }

    /// The first command.
    package mutating func start() -> Command { list() }

    /// - Returns: the next page, or the watch if this was the last one.
    package mutating func listed(resourceVersion: String, continueToken: String?) -> Command {
        if let continueToken, !continueToken.isEmpty {
            hasToken = true
            return .list(continueToken: continueToken, isPaged: true)
        }
        (hasToken, expiredTokens, denials, hasProgressed) = (false, 0, 0, false)
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
    package func streamEnded(after lifetime: Duration, events: Int) -> Command {
        if lifetime < .seconds(1), events == 0 { return .backOff(then: .watch) }
        return .watch(resourceVersion: resourceVersion)
    }

    /// The list or the watch has failed.
    package mutating func failed(_ failure: Failure) -> Command {
        let resume = phase == .watching ? Resume.watch : .list
        if phase == .listing { denials = failure == .denied ? denials + 1 : 0 }
        switch (failure, phase) {
        case (.expired, .watching):
            // A server that says "gone" right after a list would otherwise be listed in a hot loop.
            return hasProgressed ? list() : .backOff(then: .list)
        case (.expired, .listing):
            guard hasToken else { return .backOff(then: .list) }
            expiredTokens += 1
            return list()
        case (.unreadable, _), (.denied, _): return .backOff(then: .list)
        case (.throttled(let wait), _): return .backOff(then: resume, atLeast: wait)
        case (.other, _): return .backOff(then: resume)
        }
    }

    /// What to send once the back-off is over.
    package mutating func resume(_ what: Resume) -> Command {
        what == .watch ? .watch(resourceVersion: resourceVersion) : list()
    }

    /// A list whose pages take longer than the server keeps versions never ends in pages, so the second try is whole.
    private mutating func list() -> Command {
        (phase, hasToken) = (.listing, false)
        return .list(continueToken: nil, isPaged: expiredTokens == 0)
    }
}
