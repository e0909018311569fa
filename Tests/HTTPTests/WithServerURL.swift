// SPDX-License-Identifier: Apache-2.0

import HTTPServer
import TestSupport

/// ``withServer(_:configure:_:)`` for tests about URLs: `https` if the server has a certificate. Bodies have 8 MiB.
@discardableResult
func withServerURL<Value: Sendable>(
    _ handler: @escaping HTTPServer.Handler,
    configure: (inout HTTPServer.Configuration) -> Void = { _ in },
    _ body: @escaping @Sendable (_ url: String) async throws -> Value
) async throws -> Value {
    var configured = HTTPServer.Configuration()
    configured.isLoopback = true
    configured.largestBody = 8 << 20
    configure(&configured)
    let scheme = configured.certificate == nil ? "http" : "https"
    return try await withServer(handler, configure: { [configured] in $0 = configured }) { host in
        try await body("\(scheme)://\(host)")
    }
}
