// SPDX-License-Identifier: Apache-2.0

/// The catalogues that the coordinator speaks itself (`original-systems.md` 001.5 j).
package enum CatalogType: String, CaseIterable, Sendable {
    case rest
    case hadoop
    case jdbc
    case hive
    case glue
    /// Accepted, because an original example uses it, but of no use: a catalogue in the memory of one process cannot be
    /// shared with another.
    case memory

    /// - Parameter type: a value of `type`, in any case, as Iceberg takes it.
    package init?(type: String) { self.init(rawValue: type.lowercased()) }

    /// - Parameter className: a value of `catalog-impl`.
    package init?(className: String) {
        guard let type = Self.allCases.first(where: { $0.classNames.contains(className) }) else { return nil }
        self = type
    }

    /// The Java classes of Iceberg that stand for it.
    var classNames: [String] {
        switch self {
        case .rest: ["org.apache.iceberg.rest.RESTCatalog"]
        case .hadoop: ["org.apache.iceberg.hadoop.HadoopCatalog"]
        case .jdbc: ["org.apache.iceberg.jdbc.JdbcCatalog"]
        case .hive: ["org.apache.iceberg.hive.HiveCatalog"]
        case .glue: ["org.apache.iceberg.aws.glue.GlueCatalog"]
        case .memory: ["org.apache.iceberg.inmemory.InMemoryCatalog"]
        }
    }

    var needsURI: Bool { self == .rest || self == .jdbc || self == .hive }
    var needsWarehouse: Bool { self == .hadoop || self == .jdbc }

    static var allClassNames: [String] { allCases.flatMap(\.classNames) }

    /// For messages.
    static let supportedList =
        "rest, hadoop, jdbc (SQLite, PostgreSQL), hive and glue, or Iceberg's class names of these; others, such as "
        + "Nessie, through their REST endpoint"
}
