// SPDX-License-Identifier: Apache-2.0

internal import JSON

extension IcebergConnectSchema {
    static let coordinator = Schema.object(
        "The commit coordinator of one Iceberg job.",
        [
            .optional(
                "replicas",
                .integer(
                    "Number of coordinator pods. One of them is active, the others stand by.",
                    default: 1,
                    in: 1...5
                )
            ),
            .optional(
                "namespace",
                .string(
                    "Where the coordinator runs. Left out: the resource's namespace.",
                    format: .dnsLabel,
                    length: 1...63
                )
            ),
            .required("job", job),
            .optional("kafka", coordinatorKafka),
            .optional("resources", resources(requests: ("512Mi", "250m"), limits: ("1Gi", "500m"))),
        ]
    )

    private static let coordinatorKafka = Schema.object(
        "The Kafka cluster of the coordinator. What is left out is inherited from worker.kafka, field by field.",
        isFilledIn: true,
        rules: [oneJAAS],
        [
            .optional(
                "bootstrapServers",
                .string(
                    "Bootstrap brokers, host:port, separated by commas." + inherited,
                    format: .bootstrapServers,
                    length: 1...4096
                )
            )
        ] + loginFields(protocolDefault: nil, inherited: inherited) + [
            .optional("enableTransactions", .boolean("Whether commits run in Kafka transactions.", default: true)),
            .optional(
                "transactionTimeoutMs",
                .integer(
                    "Milliseconds after which a broker aborts a transaction.",
                    default: 300_000,
                    in: 1...86_400_000
                )
            ),
        ]
    )

    private static let inherited = " Left out: as for the workers."

    private static let job = Schema.object(
        "The Iceberg job. Control topic and group id together belong to one resource only.",
        rules: [
            .rule(
                catalogNeeds("uri", types: CatalogType.allCases.filter(\.needsURI)),
                field: "catalogProperties",
                message: "uri is required for this type of catalogue",
                holds: { hasWhatItNeeds($0, "uri", \.needsURI) }
            ),
            .rule(
                catalogNeeds("warehouse", types: CatalogType.allCases.filter(\.needsWarehouse)),
                field: "catalogProperties",
                message: "warehouse is required for this type of catalogue",
                holds: { hasWhatItNeeds($0, "warehouse", \.needsWarehouse) }
            ),
        ],
        [
            .required(
                "controlTopic",
                .string(
                    "The sink's control topic, iceberg.control.topic.",
                    format: .topic,
                    length: 1...249
                )
            ),
            .required(
                "groupId",
                .string(
                    "The sink's iceberg.connect.group-id. It must not be a consumer group that a connector really uses.",
                    length: 1...249
                )
            ),
            .required("catalogProperties", catalogProperties),
            .optional(
                "catalogSecret",
                reference(
                    "A Secret in the resource's namespace whose keys are added to the catalogue properties; they win."
                )
            ),
            .optional(
                "connectGroup",
                .string(
                    "The sink's real consumer group, connect- and the connector's name. Needed only if it cannot be "
                        + "found out from the worker cluster.",
                    length: 1...249
                )
            ),
        ]
    )

    private static let catalogProperties = Schema.map(
        "Properties of the Iceberg catalogue, passed on unchanged. Either type or catalog-impl names it; supported are "
            + CatalogType.supportedList + ". rest, hive and jdbc need uri, hadoop and jdbc need warehouse, unless "
            + "catalogSecret may hold them. Credentials are kept in a Secret; better: catalogSecret.",
        of: .string("Value of the property.", length: 0...8192),
        count: 128,
        rules: [
            .rule(
                "'type' in self || 'catalog-impl' in self",
                message: "names no catalogue: type or catalog-impl is required",
                holds: { $0["type"] != nil || $0["catalog-impl"] != nil }
            ),
            .rule(
                "!('type' in self && 'catalog-impl' in self)",
                message: "only one of type and catalog-impl may be given",
                holds: { $0["type"] == nil || $0["catalog-impl"] == nil }
            ),
            .rule(
                "!('type' in self) || self['type'].lowerAscii() in [\(quoted(CatalogType.allCases.map(\.rawValue)))]",
                message: "type is not supported; supported are \(CatalogType.supportedList)",
                holds: { text($0["type"]).map { CatalogType(type: $0) != nil } ?? true }
            ),
            .rule(
                "!('catalog-impl' in self) || self['catalog-impl'] in [\(quoted(CatalogType.allClassNames))]",
                message: "catalog-impl is not supported; supported are \(CatalogType.supportedList)",
                holds: { text($0["catalog-impl"]).map { CatalogType(className: $0) != nil } ?? true }
            ),
            .rule(
                "!('uri' in self) || !self['uri'].startsWith('jdbc:') || self['uri'].startsWith('jdbc:sqlite:') || "
                    + "self['uri'].startsWith('jdbc:postgresql:')",
                message: "uri names a database that is not supported; supported are jdbc:sqlite: and jdbc:postgresql:",
                holds: { properties in
                    guard let uri = text(properties["uri"]), uri.hasPrefix("jdbc:") else { return true }
                    return ["jdbc:sqlite:", "jdbc:postgresql:"].contains(where: uri.hasPrefix)
                }
            ),
        ]
    )

    /// A property that some catalogues cannot do without. It may come from the Secret, which is not looked into here.
    private static func catalogNeeds(_ name: String, types: [CatalogType]) -> String {
        let properties = "self.catalogProperties"
        let classes = types.flatMap(\.classNames)
        let needs =
            "('type' in \(properties) && \(properties)['type'].lowerAscii() in [\(quoted(types.map(\.rawValue)))]) || "
            + "('catalog-impl' in \(properties) && \(properties)['catalog-impl'] in [\(quoted(classes))])"
        return "'\(name)' in \(properties) || has(self.catalogSecret) || !(\(needs))"
    }

    private static func hasWhatItNeeds(_ job: JSON, _ name: String, _ isNeeded: (CatalogType) -> Bool) -> Bool {
        guard let properties = job["catalogProperties"], properties[name] == nil, job["catalogSecret"] == nil else {
            return true
        }
        let type = text(properties["type"]).flatMap(CatalogType.init(type:))
        let implementation = text(properties["catalog-impl"]).flatMap(CatalogType.init(className:))
        return !(type.map(isNeeded) ?? false) && !(implementation.map(isNeeded) ?? false)
    }

    private static func text(_ value: JSON?) -> String? { if case .string(let text) = value { text } else { nil } }
}
