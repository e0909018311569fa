// SPDX-License-Identifier: Apache-2.0

internal import HTTPClient
internal import KubernetesModel

/// Where requests go.
struct ServerAddress: Sendable {
    /// `kube.example:6443`, for metrics.
    let host: String
    /// What comes before the target.
    private let base: String
    /// Where to connect, if that is not what the URL names.
    private let connectTo: String?

    init(_ access: ClusterAccess) {
        let address = HTTPAddress(access.server)
        host = address.map { String($0.authority) } ?? ""
        guard let address, let name = access.serverName else {
            base = access.server
            connectTo = nil
            return
        }
        // The library checks the certificate against the name in the URL, so that is where the name goes.
        let path = address.path == "/" ? "" : address.path
        base = "\(address.isSecure ? "https" : "http")://\(name):\(address.port)\(path)"
        connectTo = "\(address.host):\(address.port)"
    }

    func request(_ request: APIRequest, _ presented: Credentials.Presented) -> HTTPRequest {
        var message = HTTPRequest(request.method, base + request.target)
        message.connectTo = connectTo
        message.tls = presented.tls
        // A try that got no answer is cancelled, and its connection with it; one that others share would stay, and after it
        // died in silence the next try would meet it again.
        message.allowsHTTP2 = request.kind != .lease
        message.headers = [("Accept", request.accept), ("User-Agent", "kittiwake")]
        if let body = request.body {
            message.headers.append(("Content-Type", request.contentType))
            message.body = .bytes(body)
        }
        presented.token?.reveal { message.headers.append(("Authorization", "Bearer \($0)")) }
        message.limits.total = request.deadline
        message.limits.idle = request.idle
        return message
    }
}
