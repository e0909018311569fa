// SPDX-License-Identifier: Apache-2.0

internal import CommandLine
internal import JSON
internal import KubernetesModel
internal import KubernetesRuntime
internal import Planning
internal import Resources
internal import YAML

let planCommand = Program.Subcommand(
    Command(
        "kittiwake plan",
        "Prints the objects made for a resource, as YAML. No cluster is contacted; values of Secrets are masked.",
        options: [
            manifestOption,
            .value(
                "operator-image",
                placeholder: "IMAGE",
                default: "iceberg-connect-operator:\(kittiwakeVersion)",
                environment: "KITTIWAKE_IMAGE",
                "the image that coordinators run"
            ),
            .value("namespace", short: "n", placeholder: "NAME", default: "default", "where the manifest names none"),
        ],
        example: "kittiwake plan -f examples/iceberg-connect-quick-start.yaml | less"
    )
) { call in
    var objects: [JSON] = []
    for path in call.invocation.all("file") {
        for document in try await documents(of: path) {
            guard try document.decode(ManifestHead.self).isIcebergConnect else { continue }
            var resource: IcebergConnect = try document.decode()
            resource.metadata.namespace = resource.metadata.namespace ?? call.invocation["namespace"]
            if case .failure(let invalid) = resource.spec {
                for problem in invalid.problems { call.console.note("\(path): \(problem)") }
                return .failure
            }
            objects += IcebergConnectPreview.objects(
                of: resource,
                operatorImage: call.invocation["operator-image"] ?? "",
                now: MicroTime.now.inSeconds
            )
        }
    }
    if objects.isEmpty { throw ManifestError(description: "there is no IcebergConnect in the manifest") }
    call.console.write(YAML.text(of: objects))
    return .success
}
