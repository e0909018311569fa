// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import HTTPClient
internal import KubernetesModel

/// Who we are to the API server, kept fresh.
final class Credentials: Sendable {
    /// What goes with one request.
    struct Presented: Sendable {
        var token: Secret?
        var tls: TLSMaterial
    }

    private enum Source: Sendable {
        case text(Secret)
        case file(RotatingFile)

        init(_ material: ClusterAccess.Material, _ lifetime: Duration, _ now: @escaping Now) {
            self =
                switch material {
                case .text(let text): .text(text)
                case .file(let path): .file(RotatingFile(path, lifetime: lifetime, now: now))
                }
        }

        func content() async throws(KubernetesError) -> Secret {
            switch self {
            case .text(let text): text
            case .file(let file): try await file.content()
            }
        }
    }

    typealias Now = @Sendable () -> ContinuousClock.Instant

    /// The kubelet replaces a token long before it runs out. The values are client-go's: 60 s, read 10 s early.
    static let tokenLifetime = Duration.seconds(50)
    static let certificateLifetime = Duration.seconds(300)

    private let token: Source?
    private let authority: Source?
    private let certificate: Source?
    private let privateKey: Source?
    private let skipsVerification: Bool

    init(_ access: ClusterAccess, now: @escaping Now) {
        token = access.token.map { Source($0, Self.tokenLifetime, now) }
        authority = access.authority.map { Source($0, Self.certificateLifetime, now) }
        certificate = access.certificate.map { Source($0, Self.certificateLifetime, now) }
        privateKey = access.privateKey.map { Source($0, Self.certificateLifetime, now) }
        skipsVerification = access.skipsVerification
    }

    /// Connections are kept by the certificate and the authorities that they were made with, so a change of either leads
    /// to new ones, and the old ones drain.
    func current() async throws(KubernetesError) -> Presented {
        var tls = TLSMaterial(
            authorities: try await authority?.content().bytes,
            certificate: try await certificate?.content().bytes,
            privateKey: try await privateKey?.content().bytes
        )
        tls.skipsVerification = skipsVerification
        return Presented(token: try await token?.content().trimmed, tls: tls)
    }

    /// The server did not accept these. `false`: there are no others to be had.
    func refused(_ presented: Presented) -> Bool {
        guard case .file(let file) = token else { return false }
        file.forget { $0.trimmed == presented.token }  // another task may have read it anew already
        return true
    }
}

extension Secret {
    fileprivate var bytes: [UInt8] { reveal { Array($0.utf8) } }

    /// Editors end a file with a line feed, which must not get into a header.
    fileprivate var trimmed: Secret {
        reveal { text in
            let isDark = { (byte: UInt8) in byte > 0x20 }
            let start = text.utf8.drop { !isDark($0) }
            let end = start.lastIndex(where: isDark).map { start.index(after: $0) } ?? start.startIndex
            return Secret(String(decoding: start[..<end], as: UTF8.self))
        }
    }
}
