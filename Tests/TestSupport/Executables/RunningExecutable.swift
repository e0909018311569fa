// SPDX-License-Identifier: Apache-2.0

package import Basics
internal import Foundation

/// A program that runs beside a test. Its standard input stays open and empty as long as somebody has this value, so that
/// a program which waits for the end of its input ends with us, however we end.
package final class RunningExecutable: Sendable {
    /// Opens when it has ended, however.
    package let ended = Latch()

    private struct State: Sendable {
        /// `nil` as soon as it has ended, when the number may belong to somebody else.
        var process: pid_t?
        var status: Int32?
    }

    private let state: Locked<State>
    private let input: FileHandle
    private let output: FileHandle

    /// How it ended, as ``ExecutableOutcome/status`` says it; `nil` while it runs.
    package var status: Int32? { state.withLock { $0.status } }

    /// - Parameter joinsErrors: its standard error goes the way of its standard output; otherwise it is ours.
    /// - Throws: ``Executable/Failed``
    package init(_ program: Executable, joinsErrors: Bool = false) throws {
        let (input, output) = (Pipe(), Pipe())
        let number = try program.spawn(
            input: input.fileHandleForReading.fileDescriptor,
            output: output.fileHandleForWriting.fileDescriptor,
            errors: joinsErrors ? output.fileHandleForWriting.fileDescriptor : STDERR_FILENO
        )
        state = Locked(State(process: number))
        (self.input, self.output) = (input.fileHandleForWriting, output.fileHandleForReading)
        try startThread("program") { [state, ended] in
            var information = siginfo_t()
            while waitid(P_PID, id_t(number), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
            state.withLock { state in
                state.status = Executable.wait(for: number)
                state.process = nil
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

    /// All lines from now on, as they come. It is read until it ends, so that no full pipe holds it up.
    ///
    /// - Throws: ``ThreadError``
    package func lines() throws -> Recorder<String> {
        let lines = Recorder<String>()
        // Until the program has ended: whoever has it kills it.
        try startThread("program-lines") { while let line = self.nextLine() { lines.record(line) } }
        return lines
    }

    /// Sends it a signal, unless it has ended.
    package func signal(_ number: Int32) {
        state.withLock { state in
            if let process = state.process { _ = Foundation.kill(process, number) }
        }
    }

    /// Without a word before: nothing is finished, nothing is sent.
    package func kill() { signal(SIGKILL) }
}
