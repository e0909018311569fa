// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import JSON

struct KubeconfigUser: KubeconfigEntry {
    static let key: StaticString = "user"

    /// What we would have to do and do not. Ignoring one of them would mean acting as somebody else.
    private static let unsupported: [(field: StaticString, advice: String)] = [
        ("exec", "programs that print credentials are not run; use a token or a client certificate"),
        ("auth-provider", "Kubernetes no longer supports it; use a token or a client certificate"),
        ("username", "API servers no longer accept passwords; use a token or a client certificate"),
        ("as", "impersonation is not supported; use that user's own credentials"),
    ]

    private var token: Secret?
    private var tokenFile: String?
    private var certificate: KubeconfigMaterial?
    private var privateKey: KubeconfigMaterial?
    /// The first field that is not supported, with what to do instead.
    private var obstacle: (field: String, advice: String)?

    init() {}

    init(_ json: borrowing JSONView) throws(JSONError) {
        let token: String? = try json.optional("token")
        self.token = token.flatMap { $0.isEmpty ? nil : Secret($0) }
        tokenFile = try json.optional("tokenFile")
        certificate = KubeconfigMaterial(
            data: try json.optional("client-certificate-data"),
            file: try json.optional("client-certificate")
        )
        privateKey = KubeconfigMaterial(
            data: try json.optional("client-key-data"),
            file: try json.optional("client-key")
        )
        for (field, advice) in Self.unsupported {
            let value: JSON? = try json.optional(field)
            if let value, value != "", obstacle == nil { obstacle = ("\(field)", advice) }
        }
    }

    func located(in folder: String) -> KubeconfigUser {
        var user = self
        user.tokenFile = tokenFile.map { $0.hasPrefix("/") ? $0 : folder + $0 }
        user.certificate = certificate?.located(in: folder)
        user.privateKey = privateKey?.located(in: folder)
        return user
    }

    func complete(_ access: inout ClusterAccess, name: String) throws(KubeconfigError) {
        if let obstacle {
            throw KubeconfigError(.unsupported, "user \"\(name)\" has \"\(obstacle.field)\": \(obstacle.advice)")
        }
        guard (certificate == nil) == (privateKey == nil) else {
            throw KubeconfigError(
                .contradictory,
                "user \"\(name)\" has only one of client certificate and client key; both belong together"
            )
        }
        access.token =
            if let tokenFile, !tokenFile.isEmpty { .file(tokenFile) } else { token.map { .text($0) } }
        access.certificate = try certificate?.material("client-certificate-data of user \"\(name)\"")
        access.privateKey = try privateKey?.material("client-key-data of user \"\(name)\"")
    }
}
