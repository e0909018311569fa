// SPDX-License-Identifier: Apache-2.0

package import KubernetesModel

/// What tools that wait for resources compute from a status (`peers.md` section 10): Helm, Flux, Argo CD.
package enum Kstatus: Equatable, Sendable {
    case current
    case inProgress
    case failed

    /// In their order: the generation, then what is true of `Reconciling` and `Stalled`, then `Ready`. Other types do not
    /// count, and neither does Unknown but for `Ready`.
    package init(of resource: some ResourceWithStatus) {
        let status = resource.status
        let isTrue = { (type: String) in status?.conditions[type]?.status == .true }
        if let observed = status?.observedGeneration, observed != resource.metadata.generation {
            self = .inProgress
        } else if isTrue("Reconciling") {
            self = .inProgress
        } else if isTrue("Stalled") {
            self = .failed
        } else {
            self = status?.conditions["Ready"] == nil || isTrue("Ready") ? .current : .inProgress
        }
    }
}
