// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// A key and a certificate for it that vouches for itself, good for a day.
package struct SelfSignedCertificate: Sendable {
    /// OpenSSL refused.
    package struct Failed: Error, CustomStringConvertible {
        package let description: String
    }

    /// PEM.
    package let certificate: [UInt8]
    /// PEM.
    package let privateKey: [UInt8]

    /// - Parameter host: the name that clients ask for.
    package init(for host: String) async throws {
        let outcome = try await Executable([
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
            // A common name has at most 64 characters; what counts is the alternative name.
            "-subj", "/CN=\(host.prefix(64))", "-addext", "subjectAltName=DNS:\(host)", "-keyout", "-", "-out", "-",
        ]).run()
        let text = outcome.output
        guard outcome.status == 0, let start = text.range(of: "-----BEGIN CERTIFICATE")?.lowerBound else {
            throw Failed(description: outcome.errors)
        }
        privateKey = Array(text[..<start].utf8)
        certificate = Array(text[start...].utf8)
    }
}
