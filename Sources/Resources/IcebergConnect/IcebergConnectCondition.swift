// SPDX-License-Identifier: Apache-2.0

/// The types of conditions that an `IcebergConnect` shows (rows 201–207).
package enum IcebergConnectCondition: String, CaseIterable, Sendable {
    /// Everything requested is running and ready.
    case ready = "Ready"
    /// Something is going on, or will be tried again.
    case reconciling = "Reconciling"
    /// Nothing is tried again until something is changed. Never true together with `Reconciling`.
    case stalled = "Stalled"
    /// Some but not all parts work, and no rollout explains it.
    case degraded = "Degraded"
    /// The specification is valid.
    case configValid = "ConfigValid"
    /// No other resource claims the worker cluster, the coordinator or the job.
    case accepted = "Accepted"
    /// No object of a needed name belongs to somebody else. True means that one does.
    case nameConflict = "NameConflict"
    /// All Secrets that are named exist and have the needed keys.
    case secretsResolved = "SecretsResolved"
    /// The images are in the registry.
    case imagesReady = "ImagesReady"
    /// The workers' REST interface answers.
    case clusterReachable = "ClusterReachable"
    /// The coordinator can use the catalogue.
    case catalogSupported = "CatalogSupported"
    /// The given coordinator image runs, and not the operator's own.
    case coordinatorImageUsed = "CoordinatorImageUsed"
    /// The coordinator commits to Iceberg tables.
    case commitsEnabled = "CommitsEnabled"
}
