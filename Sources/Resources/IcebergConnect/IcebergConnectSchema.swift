// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// The one description of an `IcebergConnect`: names, defaults, bounds, rules and texts (`original-systems.md` 000.1).
package enum IcebergConnectSchema {
    package static let spec = Schema.object(
        "The desired state: the workers of one Kafka Connect cluster and the commit coordinator of one Iceberg job.",
        rules: specRules,
        [
            .optional("s3Config", s3Config),
            .required("images", images),
            .optional("worker", worker),
            .required("coordinator", coordinator),
            .optional(
                "coordinatorOnly",
                .boolean(
                    "Makes only the coordinator. worker.replicas has no effect then and may be 0, images.worker is not "
                        + "needed, and worker may be left out when coordinator.kafka.bootstrapServers is given. For "
                        + "further jobs on a worker cluster that another resource makes.",
                    default: false
                )
            ),
        ]
    )

    private static let specRules: [SchemaRule] = [
        .rule(
            "self.coordinatorOnly || self.worker.replicas >= 1",
            field: "worker.replicas",
            message: "must be at least 1 unless coordinatorOnly is true",
            holds: { isCoordinatorOnly($0) || ($0["worker"]?["replicas"]).map { $0 != .integer(0) } ?? true }
        ),
        .rule(
            "self.coordinatorOnly || has(self.images.worker)",
            field: "images.worker",
            message: "is required unless coordinatorOnly is true",
            holds: { isCoordinatorOnly($0) || $0["images"] == nil || $0["images"]?["worker"] != nil }
        ),
        .rule(
            "self.coordinatorOnly || has(self.worker.kafka.bootstrapServers)",
            field: "worker.kafka.bootstrapServers",
            message: "is required unless coordinatorOnly is true",
            holds: { isCoordinatorOnly($0) || $0["worker"]?["kafka"]?["bootstrapServers"] != nil }
        ),
        .rule(
            "!self.coordinatorOnly || has(self.worker.kafka.bootstrapServers) || "
                + "has(self.coordinator.kafka.bootstrapServers)",
            field: "coordinator.kafka.bootstrapServers",
            message: "is required when worker.kafka.bootstrapServers is not given",
            holds: { spec in
                !isCoordinatorOnly(spec)
                    || ["worker", "coordinator"].contains { spec[$0]?["kafka"]?["bootstrapServers"] != nil }
            }
        ),
        .rule(
            "has(self.s3Config) || !(has(self.images.coordinator.s3Path) || "
                + "(has(self.images.worker) && has(self.images.worker.s3Path)))",
            field: "s3Config",
            message: "is required while an image has an s3Path",
            holds: { spec in
                spec["s3Config"] != nil
                    || !["worker", "coordinator"].contains { spec["images"]?[$0]?["s3Path"] != nil }
            }
        ),
        differentTopics,
    ]

    private static func isCoordinatorOnly(_ spec: JSON) -> Bool { spec["coordinatorOnly"] == true }

    // MARK: Images

    private static let s3Config = Schema.object(
        "Where the image files are. Required while an image has an s3Path. Credentials are exactly one of: both inline "
            + "keys, a Secret, or neither, which means the role or web identity of the operator's pod.",
        rules: [
            .rule(
                "has(self.accessKeyId) == has(self.secretAccessKey)",
                message: "accessKeyId and secretAccessKey must be given together",
                holds: { ($0["accessKeyId"] == nil) == ($0["secretAccessKey"] == nil) }
            ),
            .rule(
                "!(has(self.credentialsSecret) && (has(self.accessKeyId) || has(self.secretAccessKey)))",
                field: "credentialsSecret",
                message: "must not be given together with inline keys",
                holds: {
                    $0["credentialsSecret"] == nil || ($0["accessKeyId"] == nil && $0["secretAccessKey"] == nil)
                }
            ),
        ],
        [
            .required("region", .string("AWS region, us-west-2.", format: .storageName, length: 1...64)),
            .required(
                "bucket",
                .string("The bucket that holds the image files.", format: .storageName, length: 1...255)
            ),
            .optional(
                "accessKeyId",
                .string(
                    "AWS access key. Accepted for existing manifests: it is copied into a Secret and warned about. "
                        + "Better: credentialsSecret.",
                    length: 1...256
                )
            ),
            .optional(
                "secretAccessKey",
                .string(
                    "AWS secret key. Accepted for existing manifests: it is copied into a Secret and warned about. "
                        + "Better: credentialsSecret.",
                    length: 1...256
                )
            ),
            .optional(
                "credentialsSecret",
                reference("A Secret in the resource's namespace with the keys access-key-id and secret-access-key.")
            ),
            .optional(
                "endpoint",
                .string(
                    "Another server that speaks S3: MinIO, LocalStack. Buckets are addressed by path; http is allowed.",
                    format: .httpURL,
                    length: 1...1024
                )
            ),
        ]
    )

    private static let images = Schema.object(
        "The images of workers and coordinator.",
        [
            .optional(
                "worker",
                image("Image of the workers: either s3Path or image. Required unless coordinatorOnly is true.")
            ),
            .required(
                "coordinator",
                image(
                    "Image of the coordinator: either s3Path or image. If the program kittiwake is not in it, the operator's own image runs "
                        + "instead, and condition CoordinatorImageUsed says so."
                )
            ),
        ]
    )

    private static func image(_ description: String) -> Schema {
        .object(
            description,
            rules: [
                .rule(
                    "has(self.s3Path) != has(self.image)",
                    message: "exactly one of s3Path and image must be given",
                    holds: { ($0["s3Path"] == nil) != ($0["image"] == nil) }
                )
            ],
            [
                .optional(
                    "s3Path",
                    .string(
                        "Key of the image in the bucket: a tar file as docker save or skopeo writes it, also "
                            + "compressed by gzip or zstd."
                    )
                ),
                .optional(
                    "image",
                    .string("A ready image, used as it is: nothing is transferred.", format: .imageReference)
                ),
                .optional(
                    "tag",
                    .string(
                        "Tag that the pushed image gets. Pods name it by digest.",
                        default: "latest",
                        format: .imageTag,
                        length: 1...128
                    )
                ),
                .optional(
                    "registry",
                    .string(
                        "Registry that the image is pushed to and pulled from, as "
                            + "registry/iceberg-kafka-connect-worker or -coordinator.",
                        default: "localhost:5000",
                        format: .imageRegistry,
                        length: 1...512
                    )
                ),
                .optional(
                    "pushSecret",
                    reference(
                        "A Secret of type kubernetes.io/dockerconfigjson in the resource's namespace, for pushing the "
                            + "image and for pulling it."
                    )
                ),
            ]
        )
    }

    // MARK: Parts that occur more than once

    static func reference(_ description: String) -> Schema {
        .object(description, [.required("name", .string("Name of the Secret.", format: .objectName, length: 1...253))])
    }

    /// Amounts with these defaults, for one container.
    static func resources(requests: (memory: String, cpu: String), limits: (memory: String, cpu: String)) -> Schema {
        func amounts(_ description: String, _ defaults: (memory: String, cpu: String)) -> Schema {
            .object(
                description,
                isFilledIn: true,
                [
                    .optional("memory", .quantity("Memory.", default: defaults.memory)),
                    .optional("cpu", .quantity("Processor time.", default: defaults.cpu)),
                ]
            )
        }
        return .object(
            "CPU and memory of one pod.",
            isFilledIn: true,
            rules: ["memory", "cpu"].map(requestWithinLimit),
            [
                .optional("requests", amounts("What is reserved; at most the limits.", requests)),
                .optional("limits", amounts("The most that may be used.", limits)),
            ]
        )
    }

    /// The API server would refuse the Deployment, so this is said where the user looks.
    private static func requestWithinLimit(_ name: String) -> SchemaRule {
        .rule(
            // The default `{}` is looked at before it is filled in itself.
            "!has(self.requests) || !has(self.limits) || quantity(string(self.requests.\(name)))"
                + ".compareTo(quantity(string(self.limits.\(name)))) <= 0",
            field: "requests.\(name)",
            message: "is above limits.\(name)",
            holds: { resources in
                guard let request = quantity(resources["requests"]?[name]),
                    let limit = quantity(resources["limits"]?[name])
                else { return true }
                return request <= limit
            }
        )
    }

    private static func quantity(_ value: JSON?) -> Quantity? {
        switch value {
        case .string(let text): Quantity(text)
        case .integer(let number): Quantity(number)
        default: nil
        }
    }

    /// The members of both Kafka blocks that deal with logging in.
    static func loginFields(protocolDefault: String?, inherited: String) -> [Schema.Field] {
        [
            .optional(
                "securityProtocol",
                .string(
                    "Security protocol of the brokers." + inherited,
                    default: protocolDefault,
                    oneOf: ["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"]
                )
            ),
            .optional(
                "saslMechanism",
                .string(
                    "SASL mechanism." + inherited,
                    oneOf: ["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "GSSAPI"]
                )
            ),
            .optional(
                "saslJaasConfig",
                .string(
                    "Login module and credentials, also over several lines. It is kept in a Secret and warned about. "
                        + "Better: saslJaasConfigFrom." + inherited,
                    length: 1...16384
                )
            ),
            .optional(
                "saslJaasConfigFrom",
                .object(
                    "The same from a Secret in the resource's namespace, instead of saslJaasConfig." + inherited,
                    [
                        .required("name", .string("Name of the Secret.", format: .objectName, length: 1...253)),
                        .required("key", .string("Key in the Secret.", format: .dataKey, length: 1...253)),
                    ]
                )
            ),
        ]
    }

    static let oneJAAS = SchemaRule.rule(
        "!(has(self.saslJaasConfig) && has(self.saslJaasConfigFrom))",
        field: "saslJaasConfigFrom",
        message: "must not be given together with saslJaasConfig",
        holds: { $0["saslJaasConfig"] == nil || $0["saslJaasConfigFrom"] == nil }
    )
}
