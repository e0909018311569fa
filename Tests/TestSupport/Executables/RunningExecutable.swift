// SPDX-License-Identifier: Apache-2.0

package import Basics
internal import Foundation

/// A program that runs beside a test. Its standard input stays open and empty as long as somebody has this value, so that
/// a program which waits for the end of its input ends with us, however we end. Its standard error is ours.
package final class RunningExecutable: Sendable {
    /// Opens when it has ended, however.
    package let ended = Latch()

    /// `nil` as soon as it has ended, when the number may belong to somebody else.
    private let process: Locked<pid_t?>
    private let input: FileHandle
    private let output: FileHandle

    /// - Throws: ``Executable/Failed``
    package init(_ program: Executable) throws {
        let (input, output) = (Pipe(), Pipe())
        let number = try program.spawn(
            input: input.fileHandleForReading.fileDescriptor,
            output: output.fileHandleForWriting.fileDescriptor,
            errors: STDERR_FILENO
        )
        process = Locked(number)
        (self.input, self.output) = (input.fileHandleForWriting, output.fileHandleForReading)
        try startThread("program") { [process, ended] in
            var information = siginfo_t()
            while waitid(P_PID, id_t(number), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
            process.withLock { process in
                _ = Executable.wait(for: number)
                process = nil
            }
            ended.open()
        }
    }

    /// The next line of its standard output, without its end; `nil` if that has ended. Blocks.
    package func nextLine() -> String? {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while read(output.fileDescriptor, &byte, 1) == 1 {
            if byte == UInt8(ascii: "\n") { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(byte)
        }
        return nil
    }

    /// Without a word before: nothing is finished, nothing is sent.
    package func kill() {
        process.withLock { process in
            if let process { _ = Foundation.kill(process, SIGKILL) }
        }
    }
}
