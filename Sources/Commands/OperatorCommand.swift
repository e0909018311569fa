// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import CommandLine
internal import Glibc
internal import KubernetesClient
internal import KubernetesModel
internal import Operator

let operatorCommand = Program.Subcommand(
    Command(
        "kittiwake operator",
        "Runs the operator until it is told to stop. Its settings are environment variables: see docs/operator.md.",
        options: clusterOptions,
        example: "KITTIWAKE_IMAGE=registry.example.com/iceberg-connect-operator:0.1.0 kittiwake operator"
    )
) { call in
    let settings: OperatorSettings
    do throws(SettingsError) {
        settings = try OperatorSettings(environment: call.environment, hostName: hostName())
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

/// Where the API server is, for every command that talks to it.
let clusterOptions: [Command.Option] = [
    .value(
        "kubeconfig",
        placeholder: "FILE",
        "how to reach the cluster (default: $KUBECONFIG, the pod's account, ~/.kube/config)"
    ),
    .value("context", placeholder: "NAME", "another context of the kubeconfig"),
]

func clusterAccess(_ call: Program.Call) async throws(KubernetesError) -> ClusterAccess {
    try await ClusterAccess.search(
        kubeconfig: call.invocation["kubeconfig"],
        context: call.invocation["context"],
        environment: { [environment = call.environment] in environment[$0] }
    )
}

/// A client whose requests are counted, as controller-runtime counts them.
func clientSettings(_ metrics: Metrics, _ log: Log) -> KubernetesClient.Settings {
    var settings = KubernetesClient.Settings(log: log)
    settings.count = { code, method, host in
        metrics.counter(
            "rest_client_requests_total",
            "Requests to the API server by answer.",
            ["code": code, "method": method, "host": host]
        ).add()
    }
    return settings
}

/// The machine's name; in a pod that is the pod's.
func hostName() -> String {
    var name = [CChar](repeating: 0, count: 256)
    guard gethostname(&name, name.count - 1) == 0 else { return "localhost" }
    return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
}

/// Runs `body`; SIGTERM and SIGINT open `shutdown`. A second signal, or a body that does not end in time, is for the
/// body's own limits: see ``runStages(_:until:grace:clock:)``.
func withTerminationSignals(
    opening shutdown: Latch,
    _ body: @escaping @Sendable () async throws -> ExitCode
) async throws -> ExitCode {
    let terminations = await Signals(SIGTERM)
    let interruptions = await Signals(SIGINT)
    return try await withThrowingTaskGroup(of: ExitCode?.self) { group in
        for signals in [terminations, interruptions] {
            group.addTask {
                for await _ in signals.arrivals {
                    if shutdown.isOpen { throw Impatient() }
                    shutdown.open()
                }
                return nil
            }
        }
        group.addTask { try await body() }
        defer { group.cancelAll() }
        while let outcome = try await group.next() { if let outcome { return outcome } }
        return .failure
    }
}

/// Told to stop twice.
struct Impatient: Error, CustomStringConvertible {
    var description: String { "Told to stop a second time, so nothing more was waited for" }
}
