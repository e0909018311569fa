// SPDX-License-Identifier: Apache-2.0

internal import CommandLine

/// The version of this program: what `kittiwake version` prints and the operator puts into its image's tag.
package let kittiwakeVersion = "0.1.0"

let versionCommand = Program.Subcommand(
    Command("kittiwake version", "Prints the version.", example: "kittiwake version")
) { call in
    call.console.print(kittiwakeVersion)
    return .success
}
