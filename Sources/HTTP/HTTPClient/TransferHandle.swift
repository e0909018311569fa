// SPDX-License-Identifier: Apache-2.0

internal import CCurl
internal import Glibc

/// The part of a transfer that belongs to the engine's thread: libcurl's handle and what its callbacks gather.
final class TransferHandle {
    let transfer: Transfer
    let easy: UnsafeMutableRawPointer
    /// The first refusal of an option, if there was one. An option that only seems to be set is worse than an error: the
    /// connection might be less safe than was asked for.
    private(set) var setUp = CURLE_OK
    private var headers: UnsafeMutablePointer<curl_slist>?
    private var detour: UnsafeMutablePointer<curl_slist>?
    private var head = ResponseHead(status: 0)
    private var sent = 0

    init(_ transfer: Transfer, _ easy: UnsafeMutableRawPointer) {
        self.transfer = transfer
        self.easy = easy
        let request = transfer.request
        check(curl_set_text(easy, CURLOPT_URL, request.url))
        check(curl_set_text(easy, CURLOPT_PROTOCOLS_STR, "http,https"))  // not file:, not a dozen others
        set(CURLOPT_NOSIGNAL, 1)
        // Names are resolved on threads of their own. The end of a transfer must not wait for one: there is one engine for
        // all transfers, and a server for names that does not answer would stop it for many seconds each time.
        set(CURLOPT_QUICK_EXIT, 1)
        configureConnection(request)
        configureTrust(request.tls)
        configureLimits(request.limits)
        configureBody(request)
        configureCallbacks()
    }

    deinit {
        curl_slist_free_all(headers)
        curl_slist_free_all(detour)
    }

    private func check(_ result: CURLcode) {
        if setUp == CURLE_OK { setUp = result }
    }

    private func set(_ option: CURLoption, _ value: Int) { check(curl_set_long(easy, option, value)) }

    private func configureConnection(_ request: HTTPRequest) {
        let mayUseHTTP2 = request.allowsHTTP2 && request.url.hasPrefix("https:")
        set(CURLOPT_HTTP_VERSION, mayUseHTTP2 ? curl_http_2_over_tls : curl_http_1_1)
        set(CURLOPT_PIPEWAIT, mayUseHTTP2 ? 1 : 0)  // rather share a connection than open another
        set(CURLOPT_TCP_KEEPALIVE, 1)
        set(CURLOPT_TCP_KEEPIDLE, 30)
        set(CURLOPT_TCP_KEEPINTVL, 15)
        check(curl_set_user_timeout(easy, UInt32(Self.patience(request).counted(in: .milliseconds(1)))))
        set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)  // the head of a proxy's answer is not the head of the answer
        set(CURLOPT_BUFFERSIZE, 128 << 10)  // the default of 16 KiB means eight times as many wake-ups
        if request.bypassesProxy { check(curl_set_text(easy, CURLOPT_NOPROXY, "*")) }
        if let address = request.connectTo {
            detour = curl_slist_append(nil, "::\(address)")
            check(curl_set_list(easy, CURLOPT_CONNECT_TO, detour))
        }
    }

    /// How long sent data may wait to be taken. Who gets a body may be busy with it as long as it may be silent.
    private static func patience(_ request: HTTPRequest) -> Duration {
        let usual = Duration.seconds(30)
        guard case .stream = request.body else { return usual }
        return max(usual, request.limits.idle ?? usual)
    }

    private func configureTrust(_ tls: TLSMaterial) {
        setBlob(CURLOPT_CAINFO_BLOB, tls.authorities)
        // The blob replaces the system's file of authorities, but not its folder.
        if tls.authorities != nil { check(curl_set_text(easy, CURLOPT_CAPATH, nil)) }
        setBlob(CURLOPT_SSLCERT_BLOB, tls.certificate)
        setBlob(CURLOPT_SSLKEY_BLOB, tls.privateKey)
        if tls.skipsVerification {
            set(CURLOPT_SSL_VERIFYPEER, 0)
            set(CURLOPT_SSL_VERIFYHOST, 0)
        }
    }

    private func setBlob(_ option: CURLoption, _ bytes: [UInt8]?) {
        bytes?.withUnsafeBytes { bytes in
            if let start = bytes.baseAddress { check(curl_set_blob(easy, option, start, bytes.count)) }
        }
    }

    private func configureLimits(_ limits: HTTPRequest.Limits) {
        set(CURLOPT_CONNECTTIMEOUT_MS, limits.connect.counted(in: .milliseconds(1)))
        if let total = limits.total { set(CURLOPT_TIMEOUT_MS, total.counted(in: .milliseconds(1))) }
        if let slowest = limits.slowest {
            let seconds = slowest.duration.counted(in: .seconds(1))
            set(CURLOPT_LOW_SPEED_LIMIT, max(1, slowest.bytes / seconds))
            set(CURLOPT_LOW_SPEED_TIME, seconds)
        } else if let idle = limits.idle {
            // Less than a byte a second for so long. A transfer that we paused ourselves does not count.
            set(CURLOPT_LOW_SPEED_LIMIT, 1)
            set(CURLOPT_LOW_SPEED_TIME, idle.counted(in: .seconds(1)))
        }
    }

    private func configureBody(_ request: HTTPRequest) {
        for (name, value) in request.headers {
            headers = curl_slist_append(headers, value.isEmpty ? "\(name);" : "\(name): \(value)")
        }
        switch request.body {
        // Some servers insist on a length.
        case .none where ["POST", "PUT", "PATCH"].contains(request.method): upload(0)
        case .none: if request.method == "HEAD" { set(CURLOPT_NOBODY, 1) }
        case .bytes(let bytes): upload(Int64(bytes.count))
        case .stream(let length, _): upload(length)
        }
        check(curl_set_text(easy, CURLOPT_CUSTOMREQUEST, request.method))
        check(curl_set_list(easy, CURLOPT_HTTPHEADER, headers))
    }

    private func upload(_ length: Int64?) {
        set(CURLOPT_UPLOAD, 1)
        set(CURLOPT_UPLOAD_BUFFERSIZE, 256 << 10)
        if let length { check(curl_set_size(easy, CURLOPT_INFILESIZE_LARGE, curl_off_t(length))) }
        headers = curl_slist_append(headers, "Expect:")  // no round trip before the body
    }

    /// The loop keeps this object as long as libcurl may call back, so the pointers are not retained.
    private func configureCallbacks() {
        let context = Unmanaged.passUnretained(self).toOpaque()
        for option in [CURLOPT_WRITEDATA, CURLOPT_HEADERDATA, CURLOPT_READDATA, CURLOPT_SEEKDATA] {
            check(curl_set_pointer(easy, option, context))
        }
        let header: curl_data_callback = { bytes, size, count, context in
            TransferHandle.of(context)?.headerLine(UnsafeRawBufferPointer(start: bytes, count: size * count))
            return size * count
        }
        let write: curl_data_callback = { bytes, size, count, context in
            let chunk = UnsafeRawBufferPointer(start: bytes, count: size * count)
            guard let handle = TransferHandle.of(context) else { return 0 }
            return handle.transfer.received(chunk) ? chunk.count : curl_write_pause
        }
        let read: curl_data_callback = { bytes, size, count, context in
            let room = UnsafeMutableRawBufferPointer(start: bytes, count: size * count)
            return TransferHandle.of(context)?.fill(room) ?? curl_read_abort
        }
        // A kept connection may turn out to be closed by the server; libcurl then begins again on a new one.
        let seek: curl_position_callback = { context, offset, _ in
            TransferHandle.of(context)?.seek(to: Int(offset)) == true ? curl_seek_done : curl_seek_failed
        }
        check(curl_set_callback(easy, CURLOPT_HEADERFUNCTION, header))
        check(curl_set_callback(easy, CURLOPT_WRITEFUNCTION, write))
        check(curl_set_callback(easy, CURLOPT_READFUNCTION, read))
        check(curl_set_seek(easy, seek))
    }

    private static func of(_ context: UnsafeMutableRawPointer?) -> TransferHandle? {
        context.map { Unmanaged<TransferHandle>.fromOpaque($0).takeUnretainedValue() }
    }

    private func headerLine(_ line: UnsafeRawBufferPointer) {
        if line.starts(with: "HTTP/".utf8) {
            let fields = line.split(separator: UInt8(ascii: " "))
            let status = fields.count > 1 ? Int(String(decoding: fields[1].prefix(3), as: UTF8.self)) : nil
            head = ResponseHead(status: status ?? 0)
        } else if let colon = line.firstIndex(of: UInt8(ascii: ":")) {
            let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
            head.headers.append((name, Self.trimmed(line[(colon + 1)...])))
        } else if line.allSatisfy({ $0 == 0x0d || $0 == 0x0a }), head.status >= 200 {
            transfer.headArrived(head)  // a head with 1xx is followed by another
        }
    }

    private static func trimmed(_ bytes: Slice<UnsafeRawBufferPointer>) -> String {
        let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0d || byte == 0x0a }
        let start = bytes.drop(while: isSpace)
        let end = start.lastIndex { !isSpace($0) }.map { $0 + 1 } ?? start.startIndex
        return String(decoding: start[..<end], as: UTF8.self)
    }

    /// What has been produced is gone; bytes can be sent again.
    private func seek(to offset: Int) -> Bool {
        guard case .bytes = transfer.request.body else { return false }
        sent = offset
        return true
    }

    private func fill(_ room: UnsafeMutableRawBufferPointer) -> Int {
        switch transfer.request.body {
        case .none: return 0
        case .bytes(let bytes):
            let count = min(room.count, bytes.count - sent)
            bytes.withUnsafeBytes { room.copyMemory(from: UnsafeRawBufferPointer(rebasing: $0[sent..<sent + count])) }
            sent += count
            return count
        case .stream:
            switch transfer.fill(room) {
            case .bytes(let count): return count
            case .pause: return curl_read_pause
            case .abort: return curl_read_abort
            }
        }
    }
}

extension Duration {
    /// Rounded up, and never 0: to libcurl that would mean no limit at all.
    fileprivate func counted(in unit: Duration) -> Int { Int(min(max((self / unit).rounded(.up), 1), 1e9)) }
}
