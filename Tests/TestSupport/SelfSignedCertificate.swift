// SPDX-License-Identifier: Apache-2.0

internal import Foundation

/// A key and a certificate for it that vouches for itself, good for a day.
package struct SelfSignedCertificate: Sendable {
    /// OpenSSL refused.
    package struct Failed: Error {}

    /// PEM.
    package let certificate: [UInt8]
    /// PEM.
    package let privateKey: [UInt8]

    /// - Parameter host: the name that clients ask for.
    package init(for host: String) throws {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
            // A common name has at most 64 characters; what counts is the alternative name.
            "-subj", "/CN=\(host.prefix(64))", "-addext", "subjectAltName=DNS:\(host)", "-keyout", "-", "-out", "-",
        ]
        (process.standardOutput, process.standardError) = (output, FileHandle.nullDevice)
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        guard process.terminationStatus == 0, let start = text.range(of: "-----BEGIN CERTIFICATE")?.lowerBound else {
            throw Failed()
        }
        privateKey = Array(text[..<start].utf8)
        certificate = Array(text[start...].utf8)
    }
}
