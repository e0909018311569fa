// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import JSON

struct KubeconfigCluster: KubeconfigEntry {
    static let key: StaticString = "cluster"

    private var server = ""
    private var authority: KubeconfigMaterial?
    private var skipsVerification = false
    private var serverName: String?
    private var proxy: String?

    init() {}

    init(_ json: borrowing JSONView) throws(JSONError) {
        server = try json.optional("server") ?? ""
        authority = KubeconfigMaterial(
            data: try json.optional("certificate-authority-data"),
            file: try json.optional("certificate-authority")
        )
        skipsVerification = try json.optional("insecure-skip-tls-verify") ?? false
        serverName = try json.optional("tls-server-name")
        proxy = try json.optional("proxy-url")
    }

    func located(in folder: String) -> KubeconfigCluster {
        var cluster = self
        cluster.authority = authority?.located(in: folder)
        return cluster
    }

    func access(name: String) throws(KubeconfigError) -> ClusterAccess {
        guard server.hasPrefix("https://") || server.hasPrefix("http://") else {
            throw KubeconfigError(.missing, "cluster \"\(name)\" has no server that begins with https://")
        }
        if skipsVerification, authority != nil {
            throw KubeconfigError(
                .contradictory,
                "cluster \"\(name)\" has both insecure-skip-tls-verify and a certificate authority; remove one"
            )
        }
        if proxy?.isEmpty == false {
            throw KubeconfigError(
                .unsupported,
                "cluster \"\(name)\" has a proxy-url, which is not supported; set HTTPS_PROXY in the environment"
            )
        }
        var server = server
        while server.hasSuffix("/") { server.removeLast() }
        return ClusterAccess(
            server: server,
            authority: try authority?.material("certificate-authority-data of cluster \"\(name)\""),
            skipsVerification: skipsVerification,
            serverName: serverName.flatMap { $0.isEmpty ? nil : $0 }
        )
    }
}

/// A pair of fields `x` (a path) and `x-data` (base64), of which the data wins.
struct KubeconfigMaterial {
    private enum Source {
        case data(Secret)
        case file(String)
    }

    private var source: Source

    init?(data: String?, file: String?) {
        if let data, !data.isEmpty {
            source = .data(Secret(data))
        } else if let file, !file.isEmpty {
            source = .file(file)
        } else {
            return nil
        }
    }

    func located(in folder: String) -> KubeconfigMaterial {
        guard case .file(let path) = source, !path.hasPrefix("/") else { return self }
        var material = self
        material.source = .file(folder + path)
        return material
    }

    func material(_ name: String) throws(KubeconfigError) -> ClusterAccess.Material {
        switch source {
        case .file(let path): return .file(path)
        case .data(let text):
            guard let bytes = text.reveal({ Base64.decode($0) }) else {
                throw KubeconfigError(.malformed, "\(name) is not base64")
            }
            return .text(Secret(String(decoding: bytes, as: UTF8.self)))
        }
    }
}
