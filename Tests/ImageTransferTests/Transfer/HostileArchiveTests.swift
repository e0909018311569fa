// SPDX-License-Identifier: Apache-2.0

import Basics
import HTTPClient
import ObjectStorage
import TestStorage
import TestSupport
import Testing

@testable import ImageTransfer

/// Archives that are not what they should be: the right image or a clear error, read both ways, and nothing visible.
@Suite(.timeLimit(.minutes(5)))
struct HostileArchiveTests {
    typealias Code = ImageTransferError.Code

    /// Both ways to read it end with this error, and with nothing in the registry that could be pulled.
    func expect(_ code: Code, of archive: [UInt8], saying words: String = "", ways: [Bool] = [true, false]) async throws
    {
        for isStream in ways {
            try await TransferRig.withRegistry { target, fake in
                let error = await TransferRig.failure {
                    try await TransferRig.transfer(MemorySource(archive, isStream: isStream), target)
                }
                #expect(error?.code == code)
                #expect(words.isEmpty || error?.description.contains(words) == true, "\(error.map { "\($0)" } ?? "")")
                #expect(fake.manifests.isEmpty)
            }
        }
    }

    func tar(_ build: (inout TarWriter) throws -> Void) rethrows -> [UInt8] {
        var tar = TarWriter()
        try build(&tar)
        tar.finish()
        return tar.bytes
    }

    @Test func whatIsNoTarIsRefused() async throws {
        try await expect(.archiveInvalid, of: [], saying: "empty")
        try await expect(.archiveInvalid, of: [1, 2, 3], saying: "cut off")
        try await expect(
            .archiveInvalid,
            of: Array("PK\u{3}\u{4}".utf8) + ImageBuilder.noise(5000, seed: 1),
            saying: "not a tar"
        )
        try await expect(.archiveInvalid, of: Array(repeating: 0, count: 10_240), saying: "not a tar")
        try await expect(.archiveInvalid, of: Array(#"{"errors":[]}"#.utf8) + ImageBuilder.noise(600, seed: 1))
        try await expect(.archiveInvalid, of: try ImageBuilder.gzip(Array("no tar".utf8)))
        try await expect(
            .archiveInvalid,
            of: try ImageBuilder.gzip(ImageBuilder.noise(5000, seed: 1)),
            saying: "not a tar"
        )
    }

    @Test(arguments: ImageBuilder.Layout.allCases) func anArchiveThatIsCutOffIsRefused(layout: ImageBuilder.Layout)
        async throws
    {
        var image = ImageBuilder.ordinary
        image.layout = layout
        let archive = try image.archive()
        for part in [600, archive.count / 3, archive.count / 2, archive.count - 3000] {
            let cut = Array(archive.prefix(part))
            for isStream in [true, false] {
                try await TransferRig.withRegistry { target, fake in
                    let error = await TransferRig.failure {
                        try await TransferRig.transfer(MemorySource(cut, isStream: isStream), target)
                    }
                    #expect([.archiveInvalid, .manifestMissing].contains(error?.code))
                    #expect(fake.manifests.isEmpty)
                }
            }
        }
        let packed = try ImageBuilder.gzip(archive)
        try await expect(.archiveInvalid, of: Array(packed.prefix(packed.count / 2)), saying: "ends in the middle")
    }

    @Test func aTarThatIsNoImageSaysSo() async throws {
        try await expect(
            .manifestMissing,
            of: tar { $0.file("etc/hosts", "127.0.0.1 localhost") },
            saying: "docker save"
        )
        try await expect(.archiveInvalid, of: tar { $0.file("manifest.json", "[]") }, saying: "no image")
        try await expect(.archiveInvalid, of: tar { $0.file("manifest.json", "{") }, saying: "manifest.json")
        try await expect(.archiveInvalid, of: tar { $0.file("manifest.json", #"[{"Config":7}]"#) }, saying: "Config")
        try await expect(.archiveInvalid, of: tar { $0.file("index.json", #"{"manifests":7}"#) }, saying: "manifests")
        let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
        try await expect(.archiveInvalid, of: tar { $0.file("manifest.json", deep) })
    }

    @Test func partsThatAreMissingAreNamed() async throws {
        let manifest = #"[{"Config":"c.json","RepoTags":null,"Layers":["a/layer.tar"]}]"#
        try await expect(.archiveInvalid, of: tar { $0.file("manifest.json", manifest) }, saying: "a/layer.tar")
        try await expect(
            .archiveInvalid,
            of: tar { tar in
                tar.file("manifest.json", manifest)
                tar.file("a/layer.tar", ImageBuilder.textLayer())
            },
            saying: "c.json"
        )
    }

    @Test func aLayerThatIsAnotherOneIsNoticed() async throws {
        for layout in ImageBuilder.Layout.allCases {
            for packing in ImageBuilder.Packing.allCases {
                var image = ImageBuilder.ordinary(layout, packing)
                image.diffIDs = image.layers.map(ImageBuilder.digest)
                image.diffIDs?[1] = ImageBuilder.digest([1])
                try await expect(.digestMismatch, of: try image.archive())
            }
        }
    }

    /// We compress it, and then it has another digest than the one that the archive's manifest names.
    @Test(arguments: ["+gzip", "+zstd"]) func aLayerThatIsOnlyCalledCompressedIsNoticed(suffix: String) async throws {
        var image = ImageBuilder.ordinary(.oci, .plain)
        image.statedPacking = suffix
        try await expect(.digestMismatch, of: try image.archive(), saying: "is not compressed")
    }

    @Test func aBlobThatIsNotItsDigestIsNoticed() async throws {
        for packing in ImageBuilder.Packing.allCases {
            let image = ImageBuilder.ordinary(.oci, packing)
            var archive = try image.archive()
            // In the middle of the layer that does not compress.
            archive[archive.count / 2] ^= 0xff
            let damaged = archive
            for isStream in [true, false] {
                try await TransferRig.withRegistry { target, fake in
                    let error = await TransferRig.failure {
                        try await TransferRig.transfer(MemorySource(damaged, isStream: isStream), target)
                    }
                    #expect([.digestMismatch, .archiveInvalid].contains(error?.code))
                    #expect(fake.manifests.isEmpty)
                }
            }
        }
    }

    @Test(arguments: ImageBuilder.Layout.allCases)
    func aConfigurationThatIsNotItsDigestIsNoticed(layout: ImageBuilder.Layout) async throws {
        var image = ImageBuilder.ordinary
        image.layout = layout
        var archive = try image.archive()
        let needle = Array("\"os\":\"linux\"".utf8)
        for start in 0..<archive.count - needle.count where archive[start..<start + needle.count].elementsEqual(needle)
        {
            archive[start + 6] = UInt8(ascii: "X")
        }
        try await expect(.digestMismatch, of: archive)
    }

    @Test func linksLeadOnlyToFilesOfTheArchive() async throws {
        let manifest = { @Sendable (layer: String) in #"[{"Config":"c.json","RepoTags":[],"Layers":["\#(layer)"]}]"# }
        let layer = ImageBuilder.textLayer()
        let image = ImageBuilder([layer])
        @Sendable func archive(_ name: String, _ links: [(String, String)]) -> [UInt8] {
            tar { tar in
                tar.file("a/layer.tar", layer)
                for (name, target) in links { tar.link(name, to: target) }
                tar.file("c.json", image.configuration)
                tar.file("manifest.json", manifest(name))
            }
        }
        // Through three links, one of them from the root.
        let chain = [("b/layer.tar", "../c"), ("c", "/d/e/../f"), ("d/f", "./../a/layer.tar")]
        for isStream in [true, false] {
            try await TransferRig.withRegistry { target, fake in
                let source = MemorySource(archive("b/layer.tar", chain), isStream: isStream)
                _ = try await TransferRig.transfer(source, target)
                #expect(fake.manifests["1.0"] != nil)
            }
        }
        try await expect(.archiveInvalid, of: archive("x", [("x", "y"), ("y", "x")]), saying: "lacks x")
        try await expect(.archiveInvalid, of: archive("x", [("x", "../../etc/passwd")]), saying: "lacks x")
        try await expect(.archiveInvalid, of: archive("x", [("x", "/etc/passwd")]), saying: "lacks x")
        try await expect(.archiveInvalid, of: archive("../../etc/passwd", []), saying: "lacks")
    }

    @Test func sizesThatCannotBeAreRefused() async throws {
        for field in [
            [0xff] + [UInt8](repeating: 0xff, count: 11), [0x80, 0, 0, 0, 0x7f] + [UInt8](repeating: 0xff, count: 7),
            TarWriter.octal(1 << 32, 11), [0x80, 0, 0, 0, 0, 0, 0xff, 0, 0, 0, 0, 0],
        ] as [[UInt8]] {
            var tar = TarWriter()
            tar.file("first", "first")
            tar.header("layer.tar", sizeField: field)
            tar.append(ImageBuilder.noise(5000, seed: 1))
            try await expect(.archiveInvalid, of: tar.bytes)
        }
    }

    @Test func aHugeManifestIsRefusedWithoutReadingIt() async throws {
        let large = [UInt8](repeating: UInt8(ascii: " "), count: 20 << 20)
        let archive = tar { $0.file("manifest.json", Array("[".utf8) + large) }
        try await expect(.archiveTooLarge, of: archive, saying: "manifest.json has 20.0 MiB")
        let packed = try ImageBuilder.gzip(archive)
        try await expect(.archiveTooLarge, of: packed, saying: "manifest.json has 20.0 MiB")
        // A stream has to go past; that it is not kept is tested where memory is measured.
        let source = MemorySource(archive)
        try await TransferRig.withRegistry { target, _ in
            _ = await TransferRig.failure { try await TransferRig.transfer(source, target) }
        }
        #expect(source.bytesTaken < 1 << 20)
    }

    @Test func manyDocumentsTogetherAreTooLargeToo() async throws {
        let document = Array(("[" + String(repeating: " ", count: 1_000_000) + "]").utf8)
        let archive = tar { tar in for number in 0..<9 { tar.file("\(number).json", document) } }
        try await expect(.archiveTooLarge, of: archive, ways: [true])
    }

    @Test func aHundredThousandEntriesAreTooMany() async throws {
        let one = tar { $0.file("x", "x") }.dropLast(1024)
        var archive: [UInt8] = []
        for _ in 0..<100_000 { archive += one }
        try await expect(.archiveTooLarge, of: archive, saying: "entries")
    }

    /// Names are kept to the end of the transfer, however little they take up in a compressed archive.
    @Test(arguments: ["L", "x"]) func namesAreShortAndShortTogether(kind: String) async throws {
        func archive(_ count: Int, _ length: Int) -> [UInt8] {
            tar { tar in
                for number in 0..<count {
                    let name = String(repeating: "a", count: length) + "\(number)"
                    switch kind {
                    case "x": tar.pax([("linkpath", name)])
                    default: tar.gnu(kind, name)
                    }
                    if kind == "L" { tar.file("x", "x") } else { tar.link("x\(number)", to: "y") }
                }
            }
        }
        try await expect(.archiveTooLarge, of: archive(1, 5000), saying: "name")
        try await expect(.archiveTooLarge, of: archive(1200, 4000), saying: "names")
    }

    @Test(arguments: ["g"]) func headersThatAnnounceNothingAreCountedToo(type: String) async throws {
        let one = tar { $0.entry("h", [], type: type) }.dropLast(1024)
        var archive: [UInt8] = []
        for _ in 0...ArchiveListing.mostHeaders { archive += one }
        try await expect(.archiveTooLarge, of: archive, saying: "headers")
    }

    @Test(arguments: [Int64.max, 1 << 41]) func aSizeThatNoArchiveHasIsRefused(size: Int64) async throws {
        var tar = TarWriter()
        // As large as the rest of what the store says there is.
        tar.header("layer.tar", sizeField: [0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xfd, 0xff])
        let source = BoastfulSource(bytes: tar.bytes, size: size)
        try await TransferRig.withRegistry { target, fake in
            let error = await TransferRig.failure {
                try await ImageTransfer(HTTPClient(), limits: TransferRig.limits)
                    .transfer(ImageTransferJob(source: source, target: target))
            }
            #expect(error?.code == .archiveTooLarge)
            #expect(fake.requests.isEmpty)
        }
    }

    @Test func tooManyLayersAreRefused() async throws {
        let names = Array(repeating: "\"l\"", count: 1001).joined(separator: ",")
        let layer = ImageBuilder.textLayer()
        let id = "\"\(ImageBuilder.digest(layer))\""
        let ids = Array(repeating: id, count: 1001).joined(separator: ",")
        let archive = tar { tar in
            tar.file("l", layer)
            tar.file("c", #"{"rootfs":{"diff_ids":[\#(ids)]}}"#)
            tar.file("manifest.json", #"[{"Config":"c","Layers":[\#(names)]}]"#)
        }
        try await expect(.archiveInvalid, of: archive, saying: "more than 1000")
    }

    @Test(arguments: ["Config", "platform"]) func aMessageIsShortWhateverTheArchiveSays(place: String) async throws {
        // One character for those who count characters.
        let long = "a" + String(repeating: "\u{301}", count: 200_000)
        let archive = tar { tar in
            if place == "Config" {
                let name = "c/\(String(repeating: "./", count: 100_000))\(ImageBuilder.digest([1]).dropFirst(7)).json"
                tar.file("c/\(ImageBuilder.digest([1]).dropFirst(7)).json", "{}")
                tar.file("manifest.json", #"[{"Config":"\#(name)","RepoTags":["\#(long)"],"Layers":[]}]"#)
            } else {
                let image = ImageBuilder([]).descriptor("application/vnd.oci.image.manifest.v1+json", [1])
                let entry = #"\#(image.dropLast()),"platform":{"os":"linux","architecture":"\#(long)"}}"#
                tar.file("index.json", #"{"manifests":[\#(entry),\#(entry)]}"#)
            }
        }
        for isStream in [true, false] {
            try await TransferRig.withRegistry { target, _ in
                let error = await TransferRig.failure {
                    try await TransferRig.transfer(MemorySource(archive, isStream: isStream), target)
                }
                #expect(error?.code == (place == "Config" ? .digestMismatch : .platformMissing))
                #expect((error?.description.utf8.count ?? 0) < 4096)
            }
        }
    }

    @Test func aConfigurationOfMegabytesIsNotTaken() async throws {
        let archive = tar { tar in
            tar.file("manifest.json", #"[{"Config":"c.json","Layers":[]}]"#)
            tar.file("c.json", #"{"rootfs":{},"x":[\#(String(repeating: "0,", count: 600_000))0]}"#)
        }
        try await expect(.archiveTooLarge, of: archive, saying: "c.json has 1.1 MiB")
    }

    @Test func aListOfMillionsIsNotTaken() async throws {
        let names = String(repeating: #""a","#, count: 250_000) + #""a""#
        let archive = tar { $0.file("manifest.json", #"[{"Config":"c","Layers":[\#(names)]}]"#) }
        try await expect(.archiveInvalid, of: archive, saying: "more than 1000")
        let images = String(repeating: #"{"Config":"c"},"#, count: 1000) + #"{"Config":"c"}"#
        try await expect(.archiveInvalid, of: tar { $0.file("manifest.json", "[\(images)]") }, saying: "more than 1000")
    }

    /// The head of a zstd frame that asks for so much memory (RFC 8878, 3.1.1.1.2), and of a block that never comes.
    static func frame(window: UInt8) -> [UInt8] {
        [0x28, 0xb5, 0x2f, 0xfd, 0x00, (window - 10) << 3, 0x01, 0x00, 0x00]
    }

    @Test func memoryForZstdHasABoundAndTheMessageNamesIt() async throws {
        try await expect(.archiveInvalid, of: Self.frame(window: 26), saying: "--long=25")
        var image = ImageBuilder([Self.frame(window: 24)])
        image.layout = .blobs
        // Several are read at a time, and nobody said that they are of zstd.
        try await expect(.archiveInvalid, of: try image.archive(), saying: "--long=23", ways: [false])
        image.layers = [Self.frame(window: 26)]
        try await expect(.archiveInvalid, of: try image.archive(), saying: "--long=25", ways: [true])
    }

    /// As `tar -r` leaves it. The first one arrives last.
    @Test func ofTwoLayersWithOneNameTheLaterCounts() async throws {
        let layer = ImageBuilder.textLayer()
        let image = ImageBuilder([layer])
        let archive = tar { tar in
            tar.file("l/layer.tar", ImageBuilder.noiseLayer(3 << 20, seed: 1))
            tar.file("l/layer.tar", layer)
            tar.file("c.json", image.configuration)
            tar.file("manifest.json", #"[{"Config":"c.json","RepoTags":[],"Layers":["l/layer.tar"]}]"#)
        }
        let isSecondThere = Latch()
        let fake = FakeRegistry()
        try await TransferRig.withRegistry(fake) { request in
            if request.method == "PATCH", request.body.count > 1 << 20 { try? await isSecondThere.wait() }
            guard request.method == "PUT", request.path.contains("uploads") else { return nil }
            defer { isSecondThere.open() }
            return fake.handle(request)
        } _: { target, fake in
            _ = try await TransferRig.transfer(MemorySource(archive, isStream: true), target)
            #expect(fake.manifests["1.0"] != nil)
        }
        try await TransferRig.withRegistry { target, fake in
            _ = try await TransferRig.transfer(MemorySource(archive), target)
            #expect(fake.manifests["1.0"] != nil)
        }
    }

    @Test func layersThatAreNoTarsAreWhatTheirDigestSays() async throws {
        // Whether a layer unpacks is the node's business; that it is the right one is ours.
        var image = ImageBuilder([ImageBuilder.noise(5000, seed: 1)])
        image.layout = .blobs
        let archive = try image.archive()
        try await TransferRig.withRegistry { target, fake in
            _ = try await TransferRig.transfer(MemorySource(archive), target)
            #expect(fake.manifests["1.0"] != nil)
        }
    }

    @Test func damagedArchivesNeverGiveAnotherImage() async throws {
        let archive = try ImageBuilder([ImageBuilder.textLayer(), ImageBuilder.noiseLayer(3000, seed: 1)]).archive()
        try await TransferRig.withRegistry { target, _ in
            let right = try await TransferRig.transfer(MemorySource(archive), target).digest
            var random = SeededGenerator(seed: 7)
            for round in 0..<150 {
                let damaged = archive.damaged(inPlaces: 4, using: &random)
                let source = MemorySource(damaged, isStream: round.isMultiple(of: 2))
                do {
                    let outcome = try await TransferRig.transfer(source, target)
                    // Only what does not belong to the image was hit: a time, an owner, a version file.
                    #expect(outcome.digest == right)
                } catch {
                    #expect(error is ImageTransferError)
                }
            }
        }
    }
}

/// Says that it is larger than anything can be, and gives zeros where it has nothing.
private struct BoastfulSource: ByteSource, OpenBytes {
    let bytes: [UInt8]
    let size: Int64?
    var version: String? { nil }
    var isRandomAccess: Bool { true }
    var description: String { "the archive" }

    init(bytes: [UInt8], size: Int64) { (self.bytes, self.size) = (bytes, size) }

    func open() -> any OpenBytes { self }

    func read(_ range: Range<Int64>) -> [UInt8] {
        range.map { $0 < bytes.count ? bytes[Int($0)] : 0 }
    }

    func withReader<Value: Sendable>(
        _ range: Range<Int64>?,
        _ body: @escaping @Sendable (any BlockingReader) async throws -> Value
    ) throws -> Value {
        throw MemorySource.Broken()
    }
}
