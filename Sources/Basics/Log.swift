// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A line for each thing that happened, as JSON or as text; the lines of several threads never mix.
///
/// A line is a constant sentence, in the past tense, with what varies in the fields. The same thing has the same key
/// everywhere: `namespace`, `name`, `reconcile`.
package struct Log: Sendable {
    /// How much somebody has to care.
    package enum Level: String, Sendable, Comparable, CaseIterable {
        /// Single requests; never bodies.
        case debug
        /// A change that a person asks about later.
        case info
        /// It was put right, or somebody will have to act.
        case warning
        /// Somebody has to act.
        case error

        package static func < (left: Level, right: Level) -> Bool { left.rank < right.rank }

        private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
    }

    /// What a line looks like.
    package enum Format: String, Sendable, CaseIterable {
        /// `{"time":"…","level":"info","message":"…","name":"orders"}`
        case json
        /// `2026-01-02T03:04:05.678Z info  Applied status name=orders`
        case text
    }

    /// In the order of the line.
    package typealias Fields = KeyValuePairs<String, String>

    private let level: Level
    private let format: Format
    private let write: @Sendable ([UInt8]) -> Void
    private let now: @Sendable () -> Int64
    /// The fields of `with`, already as text.
    private var context: [UInt8] = []

    /// - Parameter now: microseconds since the epoch.
    package init(
        level: Level = .info,
        format: Format = .json,
        now: @escaping @Sendable () -> Int64 = { WallClock.microsecondsSinceEpoch },
        write: @escaping @Sendable ([UInt8]) -> Void = Log.standardError
    ) {
        self.level = level
        self.format = format
        self.now = now
        self.write = write
    }

    /// A log that adds `fields` to every line.
    package func with(_ fields: Fields) -> Log {
        var log = self
        append(fields, to: &log.context)
        return log
    }

    /// A single request.
    package func debug(_ message: StaticString, _ fields: Fields = [:]) { emit(.debug, message, fields) }
    /// A change that a person asks about later.
    package func info(_ message: StaticString, _ fields: Fields = [:]) { emit(.info, message, fields) }
    /// It was put right, or somebody will have to act.
    package func warning(_ message: StaticString, _ fields: Fields = [:]) { emit(.warning, message, fields) }
    /// Somebody has to act.
    package func error(_ message: StaticString, _ fields: Fields = [:]) { emit(.error, message, fields) }

    private func emit(_ level: Level, _ message: StaticString, _ fields: Fields) {
        guard level >= self.level else { return }
        let (seconds, microseconds) = now().floorDivided(by: 1_000_000)
        let fraction = String(1000 + microseconds / 1000).dropFirst()
        let time = "\(CivilDate(secondsSinceEpoch: seconds).rfc3339.dropLast()).\(fraction)Z"
        var line: [UInt8]
        switch format {
        case .json:
            line = Array("{\"time\":\"\(time)\",\"level\":\"\(level)\",\"message\":".utf8)
            Self.appendQuoted("\(message)", to: &line)
        case .text:
            let padding = String(repeating: " ", count: 8 - level.rawValue.count)
            line = Array("\(time) \(level)\(padding)\(message)".utf8)
        }
        line += context
        append(fields, to: &line)
        line += Array((format == .json ? "}\n" : "\n").utf8)
        write(line)
    }

    private func append(_ fields: Fields, to line: inout [UInt8]) {
        for (key, value) in fields {
            switch format {
            case .json:
                line.append(UInt8(ascii: ","))
                Self.appendQuoted(key, to: &line)
                line.append(UInt8(ascii: ":"))
                Self.appendQuoted(value, to: &line)
            case .text:
                line += Array(" \(key)=".utf8)
                if Self.isWord(value) { line += Array(value.utf8) } else { Self.appendQuoted(value, to: &line) }
            }
        }
    }

    private static func isWord(_ value: String) -> Bool {
        !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7f && $0 != UInt8(ascii: "\"") }
    }

    private static func appendQuoted(_ text: String, to line: inout [UInt8]) {
        line.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): line += [UInt8(ascii: "\\"), byte]
            case UInt8(ascii: "\n"): line += Array(#"\n"#.utf8)
            case 0..<0x20, 0x7f: line += Array(#"\u00"#.utf8) + Array([byte].hex.utf8)
            default: line.append(byte)
            }
        }
        line.append(UInt8(ascii: "\""))
    }

    /// Standard error: standard output is for results.
    package static let standardError = writing(to: 2)

    /// One writer at a time: into a pipe that is nearly full the kernel takes a part of a long line, and then perhaps
    /// another thread's.
    ///
    /// - Parameter descriptor: stays open as long as the closure is used.
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
}
