// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import CommandLine
internal import Coordinator
internal import KubernetesClient

let coordinatorCommand = Program.Subcommand(
    Command(
        "kittiwake coordinator",
        "Runs the coordinator of one Iceberg job, which does not commit yet. Its settings are variables: see docs/kittiwake.md.",
        options: clusterOptions,
        example: """
            KAFKA_BOOTSTRAP_SERVERS=kafka:9092 CONNECT_GROUP_ID=my-job CONTROL_TOPIC=iceberg-control CATALOG_NAME=iceberg \
            kittiwake coordinator
            """
    )
) { call in
    let settings: CoordinatorSettings
    let logging: (level: Log.Level, format: Log.Format)
    do throws(SettingsError) {
        settings = try CoordinatorSettings(environment: call.environment, processIdentity: processIdentity())
        var reader = EnvironmentReader(call.environment)
        logging = (reader.choice("LOG_LEVEL") ?? .info, reader.choice("LOG_FORMAT") ?? .json)
        try reader.finish()
    } catch {
        throw UsageError(error.description)
    }
    let log = Log(level: logging.level, format: logging.format).with(["job": settings.jobID])
    let shutdown = Latch()
    return try await withTerminationSignals(opening: shutdown) {
        let metrics = Metrics()
        var client: KubernetesClient?
        if settings.election != nil {
            client = KubernetesClient(try await clusterAccess(call), clientSettings(metrics, log))
        }
        try await Coordinator(settings, client, metrics: metrics, log: log).run(until: shutdown)
        return .success
    }
}
