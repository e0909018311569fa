// SPDX-License-Identifier: Apache-2.0

/// The name of one object of a known kind. Never carries the object itself, so a queue of keys has nothing stale in it.
package struct ObjectKey: Hashable, Sendable, CustomStringConvertible {
    /// `nil` for a kind of cluster scope.
    package var namespace: String?
    package var name: String

    package init(namespace: String?, name: String) {
        self.namespace = namespace
        self.name = name
    }

    /// `shop/orders`, as `kubectl` and the logs write it.
    package var description: String { namespace.map { "\($0)/\(name)" } ?? name }
}
