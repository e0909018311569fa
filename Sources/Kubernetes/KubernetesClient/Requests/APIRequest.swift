// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import KubernetesModel

/// One request to the API server, before it has a server and credentials.
struct APIRequest: Sendable {
    /// What the request is for: it begins a message and decides about sending it again.
    enum Verb: String, Sendable {
        case get = "Reading"
        case list = "Listing"
        case watch = "Watching"
        case apply = "Applying"
        case applyStatus = "Applying the status of"
        case patch = "Patching"
        case create = "Creating"
        case delete = "Deleting"

        /// Whether it changes nothing, so that it may be sent again after a failure of unknown outcome.
        var isRead: Bool {
            switch self {
            case .get, .list, .watch: true
            case .apply, .applyStatus, .patch, .create, .delete: false
            }
        }

        /// As a role names it.
        var name: String {
            switch self {
            case .get: "get"
            case .list: "list"
            case .watch: "watch"
            case .apply, .applyStatus, .patch: "patch"
            case .create: "create"
            case .delete: "delete"
            }
        }
    }

    var verb: Verb
    var kind: ResourceKind
    var namespace: String?
    var name: String?
    var isStatus = false
    var query: [(name: String, value: String)] = []
    var accept = "application/json"
    var contentType = "application/json"
    var body: [UInt8]?
    /// For one try. `nil`: for a stream, which has `idle` instead.
    var deadline: Duration?
    /// The longest silence.
    var idle: Duration?
    /// Whether the client itself tries again. The reflector does its own waiting.
    var isRetried = true

    init(_ verb: Verb, _ kind: ResourceKind, namespace: String?, name: String? = nil) {
        self.verb = verb
        self.kind = kind
        self.namespace = kind.scope == .cluster ? nil : namespace
        self.name = name
    }

    init(_ verb: Verb, _ kind: ResourceKind, _ key: ObjectKey) {
        self.init(verb, kind, namespace: key.namespace, name: key.name)
    }

    func ending(within deadline: Duration) -> APIRequest {
        var request = self
        request.deadline = deadline
        return request
    }

    var method: String {
        switch verb {
        case .get, .list, .watch: "GET"
        case .apply, .applyStatus, .patch: "PATCH"
        case .create: "POST"
        case .delete: "DELETE"
        }
    }

    /// `/apis/apps/v1/namespaces/shop/deployments/orders/status?fieldManager=kittiwake`
    var target: String {
        var path = kind.group.isEmpty ? "/api/\(kind.version)" : "/apis/\(kind.group)/\(kind.version)"
        if let namespace { path += "/namespaces/\(PercentEncoding.encode(namespace))" }
        path += "/\(kind.plural)"
        if let name { path += "/\(PercentEncoding.encode(name))" }
        if isStatus { path += "/status" }
        guard !query.isEmpty else { return path }
        return path + "?" + PercentEncoding.form(query)
    }

    /// `Applying Deployment shop/orders-workers`
    var description: String {
        let place = [namespace, name].compactMap { $0 }.joined(separator: "/")
        return place.isEmpty ? "\(verb.rawValue) \(kind.plural)" : "\(verb.rawValue) \(kind.kind) \(place)"
    }

    /// The content type that asks for metadata alone.
    ///
    /// - Parameter partial: `PartialObjectMetadata`, or with `List` at its end.
    static func metadataOnly(_ partial: String) -> String { "application/json;as=\(partial);g=meta.k8s.io;v=v1" }
}
