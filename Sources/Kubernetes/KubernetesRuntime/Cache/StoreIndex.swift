// SPDX-License-Identifier: Apache-2.0

package import KubernetesModel

/// Another way to find objects in a store: a pure function from an object to the keys under which it is listed.
///
/// ```swift
/// static let byGroup = StoreIndex<IcebergConnect>("group") { $0.groupID.map { [$0] } ?? [] }
/// ```
package struct StoreIndex<Value: Resource>: Sendable {
    /// Different for each index of a store.
    let name: String
    let indexKeys: @Sendable (Value) -> [String]

    /// - Parameter indexKeys: any number, also none. Duplicates count once.
    package init(_ name: String, indexKeys: @escaping @Sendable (Value) -> [String]) {
        self.name = name
        self.indexKeys = indexKeys
    }
}
