// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import CommandLine
internal import KubernetesClient
internal import Operator

let operatorCommand = Program.Subcommand(
    Command(
        "kittiwake operator",
        "Runs the operator until it is stopped. Its settings are environment variables: see docs/operator.md.",
        options: clusterOptions,
        example: "KITTIWAKE_IMAGE=registry.example.com/iceberg-connect-operator:0.1.0 kittiwake operator"
    )
) { call in
    let settings: OperatorSettings
    do throws(SettingsError) {
        settings = try OperatorSettings(environment: call.environment, processIdentity: processIdentity())
    } catch {
        throw UsageError(error.description)
    }
    let log = Log(level: settings.logLevel, format: settings.logFormat)
    let shutdown = Latch()
    return try await withTerminationSignals(opening: shutdown) {
        let metrics = Metrics()
        let client = KubernetesClient(try await clusterAccess(call), clientSettings(metrics, log))
        log.info("Started the operator", ["version": kittiwakeVersion, "identity": settings.identity])
        let environment = call.environment
        let program = try await Operator(settings, client, environment: environment, metrics: metrics, log: log)
        try await program.run(until: shutdown)
        log.info("Stopped the operator")
        return .success
    }
}
