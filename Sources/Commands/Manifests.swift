// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import CommandLine
internal import Glibc
internal import JSON
internal import KubernetesModel
internal import Resources
internal import YAML

/// The documents of a manifest, from a file or from standard input (`-`): YAML or JSON, which is YAML too.
///
/// - Throws: ``ManifestError`` with the file's name.
func documents(of path: String) async throws -> [JSONDocument] {
    let bytes = try await onOwnThread("manifest") { try readFile(path) }
    do {
        return try YAML.documents(in: bytes)
    } catch {
        throw ManifestError(description: "\(path): \(error)")
    }
}

/// What a document is about; everything else of it is read by its own model.
struct ManifestHead: JSONDecodable {
    var apiVersion: String
    var kind: String
    var name: String

    init(_ json: borrowing JSONView) throws(JSONError) {
        apiVersion = try json.value("apiVersion")
        kind = try json.value("kind")
        let metadata: ObjectMeta = try json.value("metadata")
        name = metadata.name
    }

    var isIcebergConnect: Bool {
        kind == IcebergConnect.kind.kind && apiVersion == IcebergConnect.kind.apiVersion
    }
}

struct ManifestError: Error, CustomStringConvertible {
    var description: String
}

/// At most 16 MiB: a manifest is a text that somebody wrote.
private func readFile(_ path: String) throws -> [UInt8] {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw ManifestError(description: "\(path): \(String(cString: strerror(errno)))") }
    defer { if descriptor != STDIN_FILENO { close(descriptor) } }
    var bytes: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 64 << 10)
    while true {
        let count = read(descriptor, &room, room.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw ManifestError(description: "\(path): \(String(cString: strerror(errno)))") }
        if count == 0 { return bytes }
        bytes += room[..<count]
        guard bytes.count <= 16 << 20 else { throw ManifestError(description: "\(path): larger than 16 MiB") }
    }
}
