// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import CommandLine
internal import Glibc
internal import KubernetesClient
internal import KubernetesModel

/// Where the API server is, for every command that talks to it.
let clusterOptions: [Command.Option] = [
    .value(
        "kubeconfig",
        placeholder: "FILE",
        "how to reach the cluster (default: $KUBECONFIG, the pod's account, ~/.kube/config)"
    ),
    .value("context", placeholder: "NAME", "the context of the kubeconfig to use"),
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
            "Requests to the API server by method and status code.",
            ["code": code, "method": method, "host": host]
        ).add()
    }
    return settings
}

/// The machine's name and a random part: two processes of one machine must not take each other's lease for their own.
func processIdentity() -> String {
    var name = [CChar](repeating: 0, count: 256)
    let isKnown = gethostname(&name, name.count - 1) == 0
    let host = isKnown ? String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self) : "host"
    return "\(host)_\(String(UInt64.random(in: .min ... .max), radix: 16))"
}
