// SPDX-License-Identifier: Apache-2.0

package import KubernetesModel

/// One event of a watch.
package enum WatchEvent<Value: Resource>: Sendable {
    /// ADDED and MODIFIED: which of them it is for us depends on what we have.
    case changed(DecodedObject<Value>)
    /// Gone, or no longer within the selector.
    case deleted(DecodedObject<Value>)
    /// Nothing has changed up to this version.
    case bookmark(resourceVersion: String)
}
