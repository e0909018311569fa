// SPDX-License-Identifier: Apache-2.0

internal import CommandLine
internal import JSON
internal import Planning
internal import Resources

let validateCommand = Program.Subcommand(
    Command(
        "kittiwake validate",
        "Checks resources without a cluster: everything that can be known from the manifests alone.",
        options: [manifestOption],
        example: "kittiwake validate -f examples/iceberg-connect-quick-start.yaml"
    )
) { call in
    var isValid = true
    var earlier: [IcebergConnectClaimant] = []
    for path in call.invocation.all("file") {
        for document in try await documents(of: path) {
            let head: ManifestHead = try document.decode()
            guard head.isIcebergConnect else {
                call.console.note(
                    "\(path): \(head.kind) \(head.name) is not a resource of Kittiwake and was not checked"
                )
                continue
            }
            let resource: IcebergConnect = try document.decode()
            let written: JSON = try document.decode()
            let claimant = IcebergConnectClaimant(resource)
            let (refusal, shared) = claimant.problems(after: earlier)
            earlier.append(claimant)
            let unknown = IcebergConnectSchema.spec.unknownFields(in: written["spec"] ?? [:], at: "spec")
            switch resource.spec {
            case .success(let spec):
                if let refusal {
                    isValid = false
                    call.console.print("\(path): IcebergConnect \(head.name) is valid, but conflicts with another one")
                    call.console.note("\(path): \(head.name): \(refusal)")
                } else {
                    call.console.print("\(path): IcebergConnect \(head.name) is valid")
                }
                for warning in spec.warnings + shared {
                    call.console.note("\(path): \(head.name): warning: \(warning)")
                }
            case .failure(let invalid):
                isValid = false
                call.console.print("\(path): IcebergConnect \(head.name) is not valid")
                for problem in invalid.problems { call.console.note("\(path): \(head.name): \(problem)") }
            }
            for field in unknown {
                call.console.note(
                    "\(path): \(head.name): warning: \(field): unknown field; the API server would drop it"
                )
            }
        }
    }
    return isValid ? .success : .failure
}
