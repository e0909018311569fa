// SPDX-License-Identifier: Apache-2.0

internal import CCurl
internal import CSystem
internal import Glibc

/// What the engine's thread owns. Lives and dies on that thread.
final class EngineLoop {
    private let multi: UnsafeMutableRawPointer
    private let epoll: Int32
    private var live: [UnsafeMutableRawPointer: TransferHandle] = [:]
    private var handles: [ObjectIdentifier: TransferHandle] = [:]
    /// Handles that were reset: keeping them saves their set-up for the next request.
    private var spare: [UnsafeMutableRawPointer] = []
    private var alarm: ContinuousClock.Instant?

    init?(epoll: Int32) {
        guard let multi = curl_multi_init() else { return nil }
        self.multi = multi
        self.epoll = epoll
        curl_multi_set_long(multi, CURLMOPT_PIPELINING, curl_multiplex)
        let context = Unmanaged.passUnretained(self).toOpaque()
        curl_multi_set_watch(
            multi,
            { _, socket, what, context, _ in
                guard let context else { return 0 }
                Unmanaged<EngineLoop>.fromOpaque(context).takeUnretainedValue().watch(socket, what)
                return 0
            },
            context
        )
        curl_multi_set_alarm(
            multi,
            { _, milliseconds, context in
                guard let context else { return 0 }
                let loop = Unmanaged<EngineLoop>.fromOpaque(context).takeUnretainedValue()
                loop.alarm = milliseconds < 0 ? nil : .now + .milliseconds(milliseconds)
                return 0
            },
            context
        )
    }

    deinit {
        for easy in spare { curl_easy_cleanup(easy) }
        curl_multi_cleanup(multi)
    }

    /// `false` for the command to stop.
    func perform(_ command: Engine.Command) -> Bool {
        switch command {
        case .start(let transfer): start(transfer)
        case .unpause(let transfer):
            if let handle = handles[ObjectIdentifier(transfer)] { curl_easy_pause(handle.easy, curl_continue) }
        case .cancel(let transfer):
            if let handle = handles[ObjectIdentifier(transfer)] {
                end(handle, CancellationError())
            } else {
                transfer.ended(CancellationError())  // not started yet, or over: the first end counts
            }
        case .stop: return false
        }
        return true
    }

    func endAll() {
        for handle in Array(live.values) { end(handle, HTTPError(.clientShutDown, "The client has been shut down")) }
    }

    // MARK: Sockets and timers

    var millisecondsToAlarm: Int32 {
        guard let alarm else { return -1 }
        let left = ContinuousClock.now.duration(to: alarm)
        guard left > .zero else { return 0 }
        return Int32(clamping: left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1)
    }

    func socketIsReady(_ socket: Int32, _ events: UInt32) {
        var action: Int32 = 0
        if events & system_epoll_in != 0 { action |= CURL_CSELECT_IN }
        if events & system_epoll_out != 0 { action |= CURL_CSELECT_OUT }
        if events & system_epoll_failed != 0 { action |= CURL_CSELECT_ERR }
        var running: Int32 = 0
        curl_multi_socket_action(multi, socket, action, &running)
    }

    func checkAlarm() {
        guard let alarm, alarm <= .now else { return }
        self.alarm = nil
        var running: Int32 = 0
        curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running)
    }

    private func watch(_ socket: Int32, _ what: Int32) {
        switch what {
        case CURL_POLL_REMOVE: system_epoll_remove(epoll, socket)
        case CURL_POLL_IN: system_epoll_set(epoll, socket, system_epoll_in)
        case CURL_POLL_OUT: system_epoll_set(epoll, socket, system_epoll_out)
        default: system_epoll_set(epoll, socket, system_epoll_in | system_epoll_out)
        }
    }

    // MARK: Transfers

    private func start(_ transfer: Transfer) {
        guard !transfer.hasEnded else { return }  // cancelled before it began
        guard let easy = spare.popLast() ?? curl_easy_init() else {
            return transfer.ended(HTTPError(CURLE_OUT_OF_MEMORY, transfer.request))
        }
        let handle = TransferHandle(transfer, easy)
        live[easy] = handle
        handles[ObjectIdentifier(transfer)] = handle
        if handle.setUp != CURLE_OK { return end(handle, HTTPError(handle.setUp, transfer.request)) }
        guard curl_multi_add_handle(multi, easy) == CURLM_OK else {
            return end(handle, HTTPError(CURLE_FAILED_INIT, transfer.request))
        }
    }

    func reap() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let handle = live[message.pointee.easy_handle] else { continue }
            let result = curl_message_result(message)
            end(handle, result == CURLE_OK ? nil : HTTPError(result, handle.transfer.request))
        }
    }

    private func end(_ handle: TransferHandle, _ failure: (any Error)?) {
        live[handle.easy] = nil
        handles[ObjectIdentifier(handle.transfer)] = nil
        curl_multi_remove_handle(multi, handle.easy)
        if spare.count < 64 {
            curl_easy_reset(handle.easy)
            spare.append(handle.easy)
        } else {
            curl_easy_cleanup(handle.easy)
        }
        handle.transfer.ended(failure)
    }
}

extension HTTPError {
    fileprivate init(_ result: CURLcode, _ request: HTTPRequest) {
        let reason = curl_easy_strerror(result).map { String(cString: $0) } ?? "unknown failure"
        let code: Code = result == CURLE_OPERATION_TIMEDOUT ? .timedOut : .transfer(Int(result.rawValue))
        self.init(code, "\(request.shownURL): \(reason)")
    }
}
