// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// One JSON object a line; the lines of several threads never mix.
package struct Log: Sendable {
    package enum Level: Int, Sendable, Comparable {
        case debug
        case info
        case warning
        case error

        package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
    }

    package typealias Fields = KeyValuePairs<String, String>

    private let level: Level
    private let write: @Sendable ([UInt8]) -> Void
    private let now: @Sendable () -> (seconds: Int64, milliseconds: Int64)
    /// The fields of `with`, already as text.
    private var context: [UInt8] = []

    package init(
        level: Level = .info,
        now: @escaping @Sendable () -> (seconds: Int64, milliseconds: Int64) = Log.systemTime,
        write: @escaping @Sendable ([UInt8]) -> Void = Log.standardError
    ) {
        self.level = level
        self.now = now
        self.write = write
    }

    /// A log that adds `fields` to every line.
    package func with(_ fields: Fields) -> Log {
        var log = self
        Self.append(fields, to: &log.context)
        return log
    }

    /// A constant sentence, in the past tense, with what varies in the fields.
    package func info(_ message: StaticString, _ fields: Fields = [:]) { emit(.info, message, fields) }
    package func debug(_ message: StaticString, _ fields: Fields = [:]) { emit(.debug, message, fields) }
    package func warning(_ message: StaticString, _ fields: Fields = [:]) { emit(.warning, message, fields) }
    package func error(_ message: StaticString, _ fields: Fields = [:]) { emit(.error, message, fields) }

    private func emit(_ level: Level, _ message: StaticString, _ fields: Fields) {
        guard level >= self.level else { return }
        let (seconds, milliseconds) = now()
        let time = CivilDate(secondsSinceEpoch: seconds).rfc3339.dropLast()
        let fraction = String(1000 + milliseconds).dropFirst()
        var line = Array("{\"time\":\"\(time).\(fraction)Z\",\"level\":\"\(level)\",\"message\":".utf8)
        Self.appendQuoted("\(message)", to: &line)
        line += context
        Self.append(fields, to: &line)
        line += Array("}\n".utf8)
        write(line)
    }

    private static func append(_ fields: Fields, to line: inout [UInt8]) {
        for (key, value) in fields {
            line.append(UInt8(ascii: ","))
            appendQuoted(key, to: &line)
            line.append(UInt8(ascii: ":"))
            appendQuoted(value, to: &line)
        }
    }

    private static func appendQuoted(_ text: String, to line: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        line.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): line += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): line += Array(#"\n"#.utf8)
            case 0..<0x20: line += Array(#"\u00"#.utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: line.append(byte)
            }
        }
        line.append(UInt8(ascii: "\""))
    }

    /// Standard error: standard output is for results.
    package static let standardError = writing(to: 2)

    /// One writer at a time: into a pipe that is nearly full the kernel takes a part of a long line, and then perhaps
    /// another thread's.
    package static func writing(to descriptor: Int32) -> @Sendable ([UInt8]) -> Void {
        let output = Locked(descriptor)
        return { line in
            output.withLock { descriptor in
                var rest = line[...]
                while !rest.isEmpty {
                    let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                    if count < 0, errno == EINTR { continue }
                    if count <= 0 { return }  // there is nobody to tell
                    rest = rest.dropFirst(count)
                }
            }
        }
    }

    package static let systemTime: @Sendable () -> (seconds: Int64, milliseconds: Int64) = {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return (Int64(time.tv_sec), Int64(time.tv_nsec / 1_000_000))
    }
}
