// SPDX-License-Identifier: Apache-2.0

internal import CommandLine
internal import JSON
internal import Resources

let validateCommand = Program.Subcommand(
    Command(
        "kittiwake validate",
        "Checks resources without a cluster: everything that the manifest alone can show.",
        options: [manifestOption],
        example: "kittiwake validate -f examples/iceberg-connect-quick-start.yaml"
    )
) { call in
    var isValid = true
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
            let unknown = IcebergConnectSchema.spec.unknownFields(in: written["spec"] ?? [:], at: "spec")
            switch resource.spec {
            case .success(let spec):
                call.console.print("\(path): IcebergConnect \(head.name) is valid")
                for warning in spec.warnings { call.console.note("\(path): \(head.name): warning: \(warning)") }
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
