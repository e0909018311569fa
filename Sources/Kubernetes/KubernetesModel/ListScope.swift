// SPDX-License-Identifier: Apache-2.0

/// Which objects of a kind to list or to watch.
package struct ListScope: Hashable, Sendable {
    /// `nil`: all namespaces, or a kind of cluster scope.
    package var namespace: String?
    /// As in `kubectl -l`: `app.kubernetes.io/managed-by=kittiwake,team in (a,b)`. `nil`: all.
    package var labelSelector: String?

    package init(namespace: String? = nil, labelSelector: String? = nil) {
        self.namespace = namespace
        self.labelSelector = labelSelector
    }

    /// Everything of the kind, in all namespaces.
    package static let everything = ListScope()

    /// Whether an object of the kind surely belongs to the scope. Knows selectors of the form `key=value,key2=value2`;
    /// of any other it says no.
    package func admits(_ metadata: ObjectMeta) -> Bool {
        guard namespace == nil || namespace == metadata.namespace else { return false }
        guard let labelSelector else { return true }
        return labelSelector.split(separator: ",").allSatisfy { requirement in
            let parts = requirement.split(separator: "=", omittingEmptySubsequences: false)
            return parts.count == 2 && metadata.labels[String(parts[0])] == String(parts[1])
        }
    }
}
