// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import JSON
internal import YAML

/// What one file says, with the paths in it already relative to the file.
struct KubeconfigFile {
    private(set) var clusters: [String: KubeconfigCluster] = [:]
    private(set) var users: [String: KubeconfigUser] = [:]
    private(set) var contexts: [String: KubeconfigContext] = [:]
    private(set) var currentContext: String?

    init(_ file: Kubeconfig.File) throws(KubeconfigError) {
        let document: JSONDocument?
        do throws(YAMLError) {
            document = try YAML.documents(in: file.text).first
        } catch {
            throw KubeconfigError(.malformed, "\(file.path): \(error)")
        }
        guard let document else { return }  // an empty file is a file with nothing in it
        do throws(JSONError) {
            let content: Content = try document.decode()
            let folder = Self.folder(of: file.path)
            try read(content.clusters ?? [], into: &clusters) { $0.located(in: folder) }
            try read(content.users ?? [], into: &users) { $0.located(in: folder) }
            try read(content.contexts ?? [], into: &contexts) { $0 }
            currentContext = content.currentContext.flatMap { $0.isEmpty ? nil : $0 }
        } catch {
            throw KubeconfigError(.malformed, "\(file.path): \(error)")
        }
    }

    private func read<Value>(
        _ list: [Named<Value>],
        into table: inout [String: Value],
        _ locate: (Value) -> Value
    ) throws(JSONError) {
        for entry in list {
            guard table.updateValue(locate(entry.value), forKey: entry.name) == nil else {
                throw JSONError("\(Value.key) \"\(entry.name)\" appears twice")
            }
        }
    }

    /// With a slash at the end; empty for a bare name.
    private static func folder(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    }

    private struct Content: JSONDecodable {
        var clusters: [Named<KubeconfigCluster>]?
        var users: [Named<KubeconfigUser>]?
        var contexts: [Named<KubeconfigContext>]?
        var currentContext: String?

        init(_ json: borrowing JSONView) throws(JSONError) {
            guard json.kind != .null else { return }  // comments only
            clusters = try json.optional("clusters")
            users = try json.optional("users")
            contexts = try json.optional("contexts")
            currentContext = try json.optional("current-context")
        }
    }

    private struct Named<Value: KubeconfigEntry>: JSONDecodable {
        var name: String
        var value: Value

        init(_ json: borrowing JSONView) throws(JSONError) {
            name = try json.value("name")
            value = try json.optional(Value.key) ?? Value()
        }
    }
}

/// The value of a named entry; `key` is what it is called there.
protocol KubeconfigEntry: JSONDecodable {
    static var key: StaticString { get }
    init()
}

struct KubeconfigContext: KubeconfigEntry {
    static let key: StaticString = "context"

    var cluster = ""
    var user = ""

    init() {}

    init(_ json: borrowing JSONView) throws(JSONError) {
        cluster = try json.optional("cluster") ?? ""
        user = try json.optional("user") ?? ""
    }
}
