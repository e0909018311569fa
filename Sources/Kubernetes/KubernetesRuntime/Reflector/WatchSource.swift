// SPDX-License-Identifier: Apache-2.0

package import KubernetesClient
package import KubernetesModel

/// Where a reflector gets its objects from: the API server, or a script in a test.
package protocol WatchSource<Value>: Sendable {
    associatedtype Value: Resource
    associatedtype Events: WatchEvents<Value>

    /// - Parameter limit: `nil`: all in one page.
    func page(after token: String?, limit: Int?) async throws(KubernetesError) -> Page<Value>
    func watch(from version: String) async throws(KubernetesError) -> Events
}

/// The events of one watch, for one consumer.
package protocol WatchEvents<Value> {
    associatedtype Value: Resource

    /// `nil` when the server has ended the stream.
    mutating func next() async throws(KubernetesError) -> WatchEvent<Value>?
}

extension WatchStream: WatchEvents {}

/// One kind and one scope of the API server.
package struct ClientSource<Value: Resource>: WatchSource {
    private let client: KubernetesClient
    private let scope: ListScope

    package init(_ client: KubernetesClient, _ scope: ListScope) {
        self.client = client
        self.scope = scope
    }

    package func page(after token: String?, limit: Int?) async throws(KubernetesError) -> Page<Value> {
        try await client.page(Value.self, scope, after: token, limit: limit)
    }

    package func watch(from version: String) async throws(KubernetesError) -> WatchStream<Value> {
        try await client.watch(Value.self, scope, from: version)
    }
}
