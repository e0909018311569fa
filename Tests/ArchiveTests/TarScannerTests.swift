// SPDX-License-Identifier: Apache-2.0

import TestStorage
import TestSupport
import Testing

@testable import Archive

@Suite
struct TarScannerTests {
    struct Found: Equatable {
        var entry: TarEntry
        var content: [UInt8] = []
    }

    /// Everything in a tar that comes in pieces of a size.
    func scan(_ tar: [UInt8], in size: Int = .max) throws -> (found: [Found], isComplete: Bool) {
        var scanner = TarScanner()
        var found: [Found] = []
        var rest = tar[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix(size))
            rest = rest.dropFirst(piece.count)
            try piece.withUnsafeBytes { bytes in
                try scanner.feed(bytes) { event in
                    switch event {
                    case .entry(let entry): found.append(Found(entry: entry))
                    case .content(let bytes): found[found.count - 1].content += bytes
                    case .endOfEntry, .end: break
                    }
                }
            }
        }
        return (found, scanner.isComplete)
    }

    func error(_ tar: [UInt8]) -> ArchiveError? {
        do {
            _ = try scan(tar)
            return nil
        } catch {
            return error as? ArchiveError
        }
    }

    var everything: TarWriter {
        var tar = TarWriter()
        tar.folder("./etc/")
        tar.file("./etc/config", Array("a=1".utf8), mode: "0000755")
        tar.file("empty", [UInt8]())
        tar.file("layer.tar", ImageBuilder.noise(1500, seed: 3), prefix: "a/long/way")
        tar.link("etc/link", to: "../layer.tar")
        tar.link("hard", to: "etc/config", isHard: true)
        tar.entry("device", [], type: "3")
        tar.entry("old", Array("old".utf8), type: "\0")
        tar.finish()
        return tar
    }

    @Test(arguments: [1, 7, 511, 512, 513, 4096, Int.max]) func piecesOfAnySizeGiveTheSameEntries(size: Int) throws {
        let (found, isComplete) = try scan(everything.bytes, in: size)
        #expect(isComplete)
        #expect(
            found == [
                Found(entry: TarEntry(name: "./etc/", kind: .directory, size: 0, mode: 0o644)),
                Found(
                    entry: TarEntry(name: "./etc/config", kind: .file, size: 3, mode: 0o755),
                    content: Array("a=1".utf8)
                ),
                Found(entry: TarEntry(name: "empty", kind: .file, size: 0, mode: 0o644)),
                Found(
                    entry: TarEntry(name: "a/long/way/layer.tar", kind: .file, size: 1500, mode: 0o644),
                    content: ImageBuilder.noise(1500, seed: 3)
                ),
                Found(
                    entry: TarEntry(name: "etc/link", kind: .symbolicLink(target: "../layer.tar"), size: 0, mode: 0o644)
                ),
                Found(entry: TarEntry(name: "hard", kind: .hardLink(target: "etc/config"), size: 0, mode: 0o644)),
                Found(entry: TarEntry(name: "device", kind: .other, size: 0, mode: 0o644)),
                Found(entry: TarEntry(name: "old", kind: .file, size: 3, mode: 0o644), content: Array("old".utf8)),
            ]
        )
    }

    @Test func attributesGoToTheNextEntryOnly() throws {
        let long = String(repeating: "directory/", count: 60) + "layer.tar"
        var tar = TarWriter()
        tar.entry("global", Array("18 comment=ignored\n".utf8), type: "g")
        tar.pax([("path", long), ("mtime", "1.5"), ("size", "4")])
        tar.header("short", sizeField: TarWriter.octal(0, 11))
        tar.append(Array("abcd".utf8) + [UInt8](repeating: 0, count: 508))
        tar.file("next", "n")
        tar.gnu("L", long)
        tar.gnu("K", long + "2")
        tar.link("short", to: "short")
        tar.file("last", "l")
        tar.finish()
        let (found, _) = try scan(tar.bytes)
        #expect(found.map(\.entry.name) == [long, "next", long, "last"])
        #expect(found[0].content == Array("abcd".utf8))
        #expect(found[2].entry.kind == .symbolicLink(target: long + "2"))
    }

    @Test func sizesMayBeBinary() throws {
        var tar = TarWriter()
        tar.header("large", sizeField: [0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2])
        tar.append([7, 8] + [UInt8](repeating: 0, count: 510))
        tar.finish()
        #expect(try scan(tar.bytes).found.first?.content == [7, 8])
    }

    @Test(
        arguments: [
            [0xff] + [UInt8](repeating: 0xff, count: 11),  // -1
            [0x80, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],  // more than 63 bits
            [0xbf] + [UInt8](repeating: 0xff, count: 11),
            Array("0000000009 ".utf8), Array("-0000000001".utf8), Array("abcdefghijk".utf8),
        ] as [[UInt8]]
    )
    func malformedSizesAreRefused(field: [UInt8]) {
        var tar = TarWriter()
        tar.header("a", sizeField: field)
        tar.finish()
        #expect(error(tar.bytes)?.code == .damaged)
    }

    @Test func theLargestSizeIsOnlyTruncated() throws {
        var tar = TarWriter()
        tar.header("a", sizeField: [0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff])
        #expect(error(tar.bytes + [1, 2, 3])?.code == .damaged)  // it cannot even be filled up to a whole block
        var huge = TarWriter()
        huge.header("a", sizeField: [0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xf0, 0])
        #expect(try !scan(huge.bytes + [1, 2, 3]).isComplete)
    }

    @Test func whatIsNoTarIsToldFromADamagedOne() {
        #expect(error(Array(repeating: UInt8(ascii: "x"), count: 2000))?.code == .notATar)
        #expect(error([UInt8](repeating: 0, count: 2048))?.code == .notATar)
        var tar = everything.bytes
        tar[700] ^= 1
        tar[512 + 3] ^= 0xff  // in the second header
        #expect(error(tar)?.code == .damaged)
    }

    @Test(arguments: [1, 100, 512, 600, 1024, 1030]) func whatIsCutOffIsNotComplete(length: Int) throws {
        var tar = TarWriter()
        tar.file("a", [UInt8](repeating: 1, count: 10))
        let isWhole = length == 1024
        tar.file("b", "b")
        #expect(try scan(Array(tar.bytes.prefix(length))).isComplete == isWhole)
    }

    @Test(
        arguments: [
            "5 a=b\n", "x path=a\n", "999 path=a\n", "9 path=abc", "11 nothing\n", "13 size=-00001\n",
            "22 size=99999999999999999999\n",
        ]
    )
    func malformedAttributesAreRefused(text: String) {
        var tar = TarWriter()
        tar.entry("PaxHeader", Array(text.utf8), type: "x")
        tar.file("a", "a")
        tar.finish()
        #expect(error(tar.bytes)?.code == .damaged)
    }

    @Test func namesAreBounded() {
        var tar = TarWriter()
        tar.header("././@LongLink", sizeField: TarWriter.octal(1 << 30, 11), type: "L")
        #expect(error(tar.bytes)?.code == .tooLarge)
    }

    @Test func sparseFilesAreNotTakenForWholeOnes() {
        var old = TarWriter()
        old.entry("holes", [1, 2, 3], type: "S")
        var new = TarWriter()
        new.pax([("GNU.sparse.major", "1"), ("GNU.sparse.realsize", "100000")])
        new.file("holes", "x")
        #expect(error(old.bytes)?.code == .damaged)
        #expect(error(new.bytes)?.code == .damaged)
    }

    @Test func thousandsOfDamagedArchivesEndOneWayOrTheOther() throws {
        let tar = everything.bytes
        var random = SeededGenerator(seed: 42)
        for _ in 0..<3000 {
            let damaged = tar.damaged(inPlaces: 3, using: &random)
            do {
                _ = try scan(damaged, in: 1000)
            } catch {
                #expect(error is ArchiveError)
            }
        }
    }

    @Test(
        arguments: [
            ("./a//b/./c", "a/c/../b/c"), ("/etc/config", "etc/config"), ("a/../b", "b"), ("a/b/", "a/b"), (".", ""),
        ]
    )
    func namesHaveOneStandardForm(name: String, same: String) {
        #expect(TarEntry.normalized(name) == TarEntry.normalized(same))
    }

    @Test(arguments: ["../a", "a/../../b", "./../x", ".."]) func namesThatLeadOutOfTheArchiveAreRefused(name: String) {
        #expect(TarEntry.normalized(name) == nil)
        #expect(TarEntry(name: "a/l", kind: .symbolicLink(target: "../\(name)"), size: 0, mode: 0).target == nil)
    }
}
