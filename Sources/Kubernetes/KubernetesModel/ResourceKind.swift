// SPDX-License-Identifier: Apache-2.0

/// Where a kind of object lives in the API server's URL space.
package struct ResourceKind: Hashable, Sendable {
    /// Whether objects of the kind live in a namespace.
    package enum Scope: Hashable, Sendable {
        case cluster
        case namespaced
    }

    /// Empty for the core group.
    package var group: String
    package var version: String
    package var kind: String
    /// Lower case, as it stands in URLs and roles.
    package var plural: String
    package var scope: Scope

    package init(group: String, version: String, kind: String, plural: String, scope: Scope = .namespaced) {
        self.group = group
        self.version = version
        self.kind = kind
        self.plural = plural
        self.scope = scope
    }

    /// `v1` or `apps/v1`
    package var apiVersion: String { group.isEmpty ? version : "\(group)/\(version)" }
}
