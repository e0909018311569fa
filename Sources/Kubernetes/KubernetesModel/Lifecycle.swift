// SPDX-License-Identifier: Apache-2.0

/// What a controller with a finalizer has to do with an object now.
///
/// The runtime alone adds and removes the finalizer. Reconcilers never see it.
package enum Lifecycle: Equatable, Sendable {
    /// First of all, in a write of its own, before any side effect outside the cluster.
    case addFinalizer
    case reconcile
    case cleanUp
    /// It is going, and nothing of ours holds it.
    case leaveAlone

    package init(of metadata: ObjectMeta, finalizer: String?) {
        guard let finalizer else {
            self = metadata.isDeleting ? .leaveAlone : .reconcile
            return
        }
        let isHeld = metadata.finalizers.contains(finalizer)
        self =
            switch (metadata.isDeleting, isHeld) {
            case (false, false): .addFinalizer
            case (false, true): .reconcile
            case (true, true): .cleanUp
            case (true, false): .leaveAlone
            }
    }
}
