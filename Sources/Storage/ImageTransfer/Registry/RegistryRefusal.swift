// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import JSON

/// What a registry's answer with an error means. Pure.
struct RegistryRefusal {
    private let status: Int
    /// The specification's names: `BLOB_UPLOAD_INVALID`.
    private let codes: [String]
    private let said: String
    private let isOutOfSpace: Bool

    private struct Errors: JSONDecodable {
        struct One: JSONDecodable {
            var code: String?
            var message: String?

            init(_ json: borrowing JSONView) throws(JSONError) {
                code = try json.optional("code")
                message = try json.optional("message")
            }
        }

        var list: [One]

        init(_ json: borrowing JSONView) throws(JSONError) { list = try json.optional("errors") ?? [] }
    }

    init(_ answer: Registry.Answer) {
        status = answer.status
        // What is no JSON, a proxy's page for example, is told by its status.
        let errors = (try? JSONDocument(parsing: answer.body).decode(Errors.self))?.list ?? []
        codes = errors.compactMap(\.code)
        let words = errors.first.map { [$0.code, $0.message].compactMap { $0 }.joined(separator: ": ") } ?? ""
        said = words.cut(to: 200).printable
        // The reference registry has no code for it: it shows the system call's error number, 28 or in words.
        let text = String(decoding: answer.body.prefix(4096), as: UTF8.self)
        let signs = ["\"Err\":28", "\"Err\": 28", "no space left", "disk quota exceeded", "XMinioStorageFull"]
        isOutOfSpace = answer.status == 507 || (answer.status >= 400 && signs.contains { text.contains($0) })
    }

    /// A registry that was started anew in between, for example: what it is asked about was there a moment ago.
    private var isUploadLost: Bool { codes.contains("BLOB_UPLOAD_UNKNOWN") || codes.contains("BLOB_UPLOAD_INVALID") }

    private var meaning: ImageTransferError.Code {
        if isOutOfSpace { return .registryOutOfSpace }
        if codes.contains("DIGEST_INVALID") { return .registryDigestMismatch }
        if isUploadLost { return .registryFailing }
        return switch status {
        case 401: .registryUnauthorized
        case 403: .registryForbidden
        case 404: .imageNotFound
        case 429: .registryThrottled
        case 500...: .registryFailing
        default: codes.contains("DENIED") ? .registryForbidden : .registryRefused
        }
    }

    /// - Parameter asked: method and URL without its query.
    func error(_ asked: String, _ origin: String) -> ImageTransferError {
        let answer = "\(asked) was answered with \(status)\(said.isEmpty ? "" : " (\(said))")"
        let meaning = meaning
        let advice: String? =
            switch meaning {
            case .registryUnauthorized: RegistryAuthentication.advice
            case .registryForbidden: "allow this user to push to the repository"
            case .registryOutOfSpace: "make room in the registry \(origin): remove old images and collect its garbage"
            case .registryRefused where status == 413:
                "raise the size of a request that the registry's proxy lets through"
            case .imageNotFound where codes.contains("NAME_UNKNOWN"): "create the repository in the registry"
            case .imageNotFound: "check the address of the registry and the name of the image"
            default: nil
            }
        var error = ImageTransferError(meaning, answer, advice: advice)
        error.isUploadLost = isUploadLost
        return error
    }
}
