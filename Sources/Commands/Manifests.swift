// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import CommandLine
internal import JSON
internal import KubernetesModel
internal import Resources
internal import YAML

/// The documents of a manifest, from a file or from standard input (`-`): YAML or JSON, which is YAML too.
///
/// - Throws: ``ManifestError`` with the file's name.
func documents(of path: String) async throws -> [JSONDocument] {
    do {
        return try YAML.documents(in: try await SmallFile.read(path, upTo: ByteCount(16 << 20)))
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

/// A manifest that cannot be read, or holds nothing for the command.
struct ManifestError: Error, CustomStringConvertible {
    var description: String
}

/// The manifests that a command looks at.
let manifestOption = Command.Option.value(
    "file",
    short: "f",
    placeholder: "FILE",
    isRequired: true,
    isRepeated: true,
    "the manifest; - for standard input"
)
