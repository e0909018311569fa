// SPDX-License-Identifier: Apache-2.0

internal import Commands
internal import Glibc

/// Ten lines: everything that can be tested is in `Commands`.
@main
struct Kittiwake {
    static func main() async {
        exit(await kittiwake(Array(CommandLine.arguments.dropFirst())))
    }
}
