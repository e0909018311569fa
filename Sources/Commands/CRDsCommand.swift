// SPDX-License-Identifier: Apache-2.0

internal import CommandLine
internal import Resources

let crdsCommand = Program.Subcommand(
    Command(
        "kittiwake crds",
        "Prints the custom resource definitions as YAML.",
        example: "kittiwake crds | kubectl apply --server-side -f -"
    )
) { call in
    call.console.write(IcebergConnectDefinition.yaml)
    return .success
}
