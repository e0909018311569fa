// SPDX-License-Identifier: Apache-2.0

/// What a tar's headers mean one after the other: some of them only say what is to be known about the next one.
///
/// Decides only. Who reads front to back feeds it through a ``TarScanner``, who jumps from header to header does so by
/// himself; both get the same entries.
package struct TarState: Sendable {
    /// What follows the header that was given last.
    package enum Step: Equatable, Sendable {
        /// An entry, and behind it its content, filled up to whole blocks.
        case entry(TarEntry)
        /// Content that belongs to ``metadata(_:)``, filled up to whole blocks.
        case metadata(size: Int)
        /// Content that nobody needs.
        case skip(size: Int64)
        /// The end of the archive.
        case end
    }

    /// Longer than what any system takes as a path, and enough for the attributes that ride along.
    private static let largestMetadata: Int64 = 1 << 20

    private enum Pending: Sendable {
        case none
        case gnuName
        case gnuTarget
        case pax
    }

    private var pending = Pending.none
    private var name: String?
    private var target: String?
    private var size: Int64?
    private var isSparse = false
    private var hasBegun = false
    private var headersLeft: Int

    /// - Parameter mostHeaders: of entries and of what stands before them. Headers without content cost a reader time
    ///   and a compressed archive nothing.
    package init(mostHeaders: Int = .max) { headersLeft = mostHeaders }

    /// The number of bytes that `size` bytes take up in an archive.
    package static func padded(_ size: Int64) throws(ArchiveError) -> Int64 {
        let (sum, overflows) = size.addingReportingOverflow(511)
        guard !overflows else { throw ArchiveError(.damaged, "an entry's size is larger than any archive") }
        return sum & ~511
    }

    /// Takes a block of 512 bytes that stands where a header has to be.
    package mutating func header(_ block: UnsafeRawBufferPointer) throws(ArchiveError) -> Step {
        if block.allSatisfy({ $0 == 0 }) {
            guard hasBegun else { throw ArchiveError(.notATar, "it begins with zeros") }
            return .end
        }
        let header: TarHeader
        do throws(ArchiveError) {
            header = try TarHeader(block)
        } catch {
            guard hasBegun, error.code == .notATar else { throw error }
            throw ArchiveError(.damaged, error.description)
        }
        hasBegun = true
        guard headersLeft > 0 else { throw ArchiveError(.tooLarge, "it has more headers than any image") }
        headersLeft -= 1
        switch header.type {
        case UInt8(ascii: "x"): return try expect(.pax, header)
        case UInt8(ascii: "L"): return try expect(.gnuName, header)
        case UInt8(ascii: "K"): return try expect(.gnuTarget, header)
        case UInt8(ascii: "g"): return .skip(size: header.size)  // comments of the whole archive
        default: return .entry(try entry(header))
        }
    }

    /// Takes the content that was asked for.
    package mutating func metadata(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        defer { pending = .none }
        switch pending {
        case .none: break
        case .gnuName: name = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        case .gnuTarget: target = String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        case .pax: try readPax(bytes)
        }
    }

    private mutating func expect(_ kind: Pending, _ header: TarHeader) throws(ArchiveError) -> Step {
        guard header.size <= Self.largestMetadata else {
            throw ArchiveError(.tooLarge, "a name or its attributes are \(header.size) bytes long")
        }
        pending = kind
        return .metadata(size: Int(header.size))
    }

    private mutating func entry(_ header: TarHeader) throws(ArchiveError) -> TarEntry {
        defer { (name, target, size, isSparse) = (nil, nil, nil, false) }
        let name = name ?? header.name
        let target = target ?? header.linkTarget
        let kind: TarEntry.Kind =
            switch header.type {
            case UInt8(ascii: "1"): .hardLink(target: target)
            case UInt8(ascii: "2"): .symbolicLink(target: target)
            case UInt8(ascii: "5"): .directory
            // Before there was a type for it, a folder was a file with a slash at the end of its name.
            case 0 where name.hasSuffix("/"): .directory
            case 0, UInt8(ascii: "0"), UInt8(ascii: "7"): .file
            default: .other
            }
        // Holes are left out of the content, so the content is not the file.
        if isSparse || header.type == UInt8(ascii: "S") {
            throw ArchiveError(.damaged, "\"\(name.prefix(200))\" is a sparse file, which is not supported")
        }
        let size = size ?? header.size
        switch kind {
        case .file: return TarEntry(name: name, kind: kind, size: size, mode: header.mode)
        case .other where !(UInt8(ascii: "3")...UInt8(ascii: "6")).contains(header.type):
            // A type that we do not know may have content, which has to be passed over.
            return TarEntry(name: name, kind: kind, size: size, mode: header.mode)
        case .directory, .hardLink, .symbolicLink, .other:
            return TarEntry(name: name, kind: kind, size: 0, mode: header.mode)
        }
    }

    /// Lines of `length key=value\n`, where the length counts all of the line, itself included.
    private mutating func readPax(_ bytes: UnsafeRawBufferPointer) throws(ArchiveError) {
        let damaged = ArchiveError(.damaged, "extended attributes are not as POSIX says")
        var rest = bytes[...]
        while let first = rest.first, first != 0 {
            guard let space = rest.prefix(20).firstIndex(of: UInt8(ascii: " ")),
                let length = Int(String(decoding: rest[..<space], as: UTF8.self)),
                length > space - rest.startIndex + 1, length <= rest.count
            else { throw damaged }
            let line = rest[(space + 1)..<(rest.startIndex + length)]
            rest = rest[(rest.startIndex + length)...]
            guard line.last == UInt8(ascii: "\n"), let equals = line.firstIndex(of: UInt8(ascii: "=")) else {
                throw damaged
            }
            let value = String(decoding: line[(equals + 1)...].dropLast(), as: UTF8.self)
            switch String(decoding: line[..<equals], as: UTF8.self) {
            case "path": name = value
            case "linkpath": target = value
            case "size":
                guard let number = Int64(value), number >= 0 else { throw damaged }
                size = number
            case let key where key.hasPrefix("GNU.sparse."): isSparse = true
            default: break
            }
        }
    }
}
