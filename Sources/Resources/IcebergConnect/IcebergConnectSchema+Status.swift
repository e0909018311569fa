// SPDX-License-Identifier: Apache-2.0

extension IcebergConnectSchema {
    package static let status = Schema.object(
        "The state that the operator observed.",
        [
            .optional(
                "phase",
                .string("Progress of the resource.", oneOf: IcebergConnectStatus.Phase.allCases.map(\.rawValue))
            ),
            .optional("message", .string("The same in a sentence.", length: 0...32768)),
            .optional(
                "observedGeneration",
                .integer("The generation of the specification that the status is about.", in: 0...Int64.max, bits: 64)
            ),
            .optional("conditions", conditions),
            .optional("workerStatus", pods("The workers' pods.")),
            .optional("coordinatorStatus", pods("The coordinator's pods.")),
            .optional(
                "selector",
                .string("What selects the workers' pods, for the scale subresource.", length: 0...512)
            ),
            .optional(
                "images",
                .object(
                    "The images that were obtained.",
                    [
                        .optional("worker", image("Image of the workers.")),
                        .optional("coordinator", image("Image of the coordinator.")),
                    ]
                )
            ),
            .optional(
                "transfers",
                .object(
                    "Image transfers that have not finished.",
                    [
                        .optional("worker", transfer("Image of the workers.")),
                        .optional("coordinator", transfer("Image of the coordinator.")),
                    ]
                )
            ),
            .optional(
                "connect",
                .object(
                    "The workers' REST interface.",
                    [
                        .required("url", .string("Its address inside of the cluster.", length: 1...512)),
                        .optional("version", .string("Version of Apache Kafka that it reports.", length: 0...128)),
                        .optional(
                            "plugins",
                            .list(
                                "Connectors that the workers can run, by their class.",
                                of: .object(
                                    "One connector.",
                                    [
                                        .required("class", .string("Its Java class.", length: 0...512)),
                                        .optional("type", .string("sink or source.", length: 0...64)),
                                        .optional("version", .string("Version that it reports.", length: 0...128)),
                                    ]
                                ),
                                count: IcebergConnectStatus.mostPlugins
                            )
                        ),
                    ]
                )
            ),
            .optional(
                "credentialsSecret",
                .string("The Secret that inline S3 keys were copied into.", length: 0...253)
            ),
            .optional(
                "claims",
                .object(
                    "What belongs to this resource exclusively.",
                    [
                        .optional("cluster", .string("Namespace and name of the worker cluster.", length: 0...512)),
                        .optional(
                            "coordinator",
                            .string("Namespace and name of the coordinator.", length: 0...512)
                        ),
                        .optional("job", .string("Control topic and group id of the Iceberg job.", length: 0...512)),
                    ]
                )
            ),
        ]
    )

    private static let conditions = Schema.list(
        "Observations, one for each type.",
        of: .object(
            "One finding.",
            [
                .required("type", .string("What it is about.", length: 1...316)),
                .required("status", .string("Whether it is so.", oneOf: ["True", "False", "Unknown"])),
                .optional(
                    "observedGeneration",
                    .integer("The generation that was observed.", in: 0...Int64.max, bits: 64)
                ),
                .required("lastTransitionTime", .time("When the status last changed.")),
                .required("reason", .string("Why, in one word.", length: 1...1024)),
                .required("message", .string("Why, in a sentence.", length: 0...32768)),
            ]
        ),
        count: 32,
        keys: ["type"]
    )

    private static func pods(_ description: String) -> Schema {
        func count(_ description: String) -> Schema { .integer(description, in: 0...Int64(Int32.max)) }
        return .object(
            description,
            [
                .optional("ready", count("Ready pods.")),
                .optional("desired", count("Desired pods.")),
                .optional("replicas", count("Pods that exist.")),
                .optional("image", .string("The image that they run.", length: 0...1024)),
            ]
        )
    }

    private static func transfer(_ description: String) -> Schema {
        .object(
            description,
            [
                .required("source", .string("Where it comes from and goes to.", length: 0...4096)),
                .optional(
                    "layers",
                    .list(
                        "Layers already in the registry: they are not read again when the transfer is resumed.",
                        of: .object(
                            "One layer.",
                            [
                                .required("diffID", .string("Digest of what it contains.", length: 0...128)),
                                .required("digest", .string("Digest of what the registry keeps.", length: 0...128)),
                                .required("size", .integer("In bytes.", in: 0...Int64.max, bits: 64)),
                                .required("mediaType", .string("Media type in a manifest.", length: 0...256)),
                                .optional(
                                    "containsKittiwake",
                                    Schema(.boolean, "Whether the program kittiwake is in it.")
                                ),
                            ]
                        ),
                        count: IcebergConnectStatus.mostLayers
                    )
                ),
            ]
        )
    }

    private static func image(_ description: String) -> Schema {
        .object(
            description,
            [
                .required("source", .string("Where it came from and went to.", length: 0...4096)),
                .optional("etag", .string("Version of the file in S3.", length: 0...1024)),
                .optional("digest", .string("Digest of the image.", length: 0...128)),
                .required("reference", .string("What the pods name.", length: 0...1024)),
                .optional("containsKittiwake", Schema(.boolean, "Whether the program kittiwake is in it.")),
            ]
        )
    }
}
