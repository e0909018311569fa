// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import CCurl
internal import CSystem
internal import Glibc

/// One thread, one multi handle, one epoll instance. Every call into libcurl is made on that thread.
final class Engine: Sendable {
    enum Command: Sendable {
        case start(Transfer)
        case cancel(Transfer)
        case unpause(Transfer)
        case stop
    }

    private struct Mailbox: Sendable {
        var commands: [Command] = []
        var isRung = false
        var isClosed = false
    }

    private let mailbox = Locked(Mailbox())
    private let doorbell = system_doorbell_new()
    private let epoll = system_epoll_new()

    /// Starts the thread, which keeps the engine alive until it is told to stop.
    static func start() -> Engine {
        _ = initialiseLibrary
        let engine = Engine()
        do {
            guard engine.epoll >= 0, engine.doorbell >= 0 else { throw ThreadError(number: errno) }
            try startThread("http-client") { engine.run() }
        } catch {
            engine.closeMailbox(after: [])  // every request will say that the client is shut down
        }
        return engine
    }

    private static let initialiseLibrary: Void = {
        curl_global_init(curl_init_all)
        signal(SIGPIPE, SIG_IGN)  // OpenSSL writes with write(2), which raises it
    }()

    /// Not closed by the thread: somebody may be ringing while it ends.
    deinit {
        close(doorbell)
        close(epoll)
    }

    /// Callable from anywhere, also from `onCancel` and `deinit`.
    func post(_ command: Command) {
        let (isClosed, rings) = mailbox.withLock { mailbox in
            guard !mailbox.isClosed else { return (true, false) }
            mailbox.commands.append(command)
            defer { mailbox.isRung = true }
            return (false, !mailbox.isRung)
        }
        if rings { system_doorbell_ring(doorbell) }
        if isClosed, case .start(let transfer) = command {
            transfer.ended(HTTPError(.clientShutDown, "The client has been shut down"))
        }
    }

    private func run() {
        guard let loop = EngineLoop(epoll: epoll) else { return closeMailbox(after: []) }
        system_epoll_set(epoll, doorbell, system_epoll_in)
        var events = [epoll_event](repeating: epoll_event(), count: 256)
        while true {
            let commands = mailbox.withLock { mailbox in
                defer { (mailbox.commands, mailbox.isRung) = ([], false) }
                return mailbox.commands
            }
            for command in commands where !loop.perform(command) {
                loop.endAll()
                return closeMailbox(after: commands)
            }
            let count = epoll_wait(epoll, &events, Int32(events.count), loop.millisecondsToAlarm)
            for event in events.prefix(Int(max(0, count))) {
                if event.data.fd == doorbell {
                    system_doorbell_answer(doorbell)
                } else {
                    loop.socketIsReady(event.data.fd, event.events)
                }
            }
            loop.checkAlarm()
            loop.reap()
        }
    }

    /// From here on nothing is accepted; what was posted behind the stop ends with an error.
    private func closeMailbox(after taken: [Command]) {
        let late = mailbox.withLock { mailbox in
            defer { (mailbox.commands, mailbox.isClosed) = ([], true) }
            return mailbox.commands
        }
        for case .start(let transfer) in taken + late where !transfer.hasEnded {
            transfer.ended(HTTPError(.clientShutDown, "The client has been shut down"))
        }
    }
}
