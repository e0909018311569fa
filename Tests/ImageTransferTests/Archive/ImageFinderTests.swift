// SPDX-License-Identifier: Apache-2.0

import Basics
import TestStorage
import Testing

@testable import Archive
@testable import ImageTransfer

@Suite(.timeLimit(.minutes(5)))
struct ImageFinderTests {
    /// Finds among files that are given by name.
    func find(
        _ files: [String: String],
        name: String? = nil,
        target: String = "localhost:5000/iceberg-kafka-connect-worker:1.0",
        platform: Platform = .linuxAMD64
    ) async throws -> ImageInArchive {
        var listing = ArchiveListing()
        for (name, text) in files {
            try listing.add(TarEntry(name: name, kind: .file, size: Int64(text.utf8.count), mode: 0), offset: 0)
        }
        let selector = ImageFinder.Selector(name: name, target: try ImageReference(parsing: target), platform: platform)
        return try await ImageFinder(listing: listing, selector: selector) { path, _ in
            Array((files[path] ?? "").utf8)
        }.find()
    }

    func error(_ body: () async throws -> ImageInArchive) async -> ImageTransferError? {
        do {
            _ = try await body()
            return nil
        } catch {
            return error as? ImageTransferError
        }
    }

    // MARK: docker save

    /// An archive with images of these tags, whose configurations are called a.json, b.json and so on.
    func docker(_ images: [[String]]) -> [String: String] {
        var files = ["layer.tar": "x"]
        var list: [String] = []
        for (letter, tags) in zip("abcdef", images) {
            let id = ImageBuilder.digest(Array("\(letter)".utf8))
            files["\(letter).json"] = #"{"rootfs":{"diff_ids":["\#(id)"]}}"#
            let names = tags.map { "\"\($0)\"" }.joined(separator: ",")
            list.append(#"{"Config":"\#(letter).json","RepoTags":[\#(names)],"Layers":["./layer.tar"]}"#)
        }
        files["manifest.json"] = "[\(list.joined(separator: ","))]"
        return files
    }

    func letter(_ image: ImageInArchive) -> String? {
        "abcdef".first { image.layers.first?.diffID.description == ImageBuilder.digest(Array("\($0)".utf8)) }.map(
            String.init
        )
    }

    @Test func theOnlyImageNeedsNoName() async throws {
        #expect(letter(try await find(docker([["anything:7"]]))) == "a")
        #expect(letter(try await find(docker([[]]))) == "a")
    }

    @Test(
        arguments: [
            ([["x:1"], ["localhost:5000/iceberg-kafka-connect-worker:1.0"]], "b"),
            ([["iceberg-kafka-connect-worker:1.0"], ["other:1.0"]], "a"),
            ([["docker.io/library/iceberg-kafka-connect-worker:1.0"], ["worker:1.0"]], "a"),
            ([["worker:1.0"], ["worker:2.0"]], "a"),
        ] as [([[String]], String)]
    )
    func ofSeveralTheOneThatIsCalledLikeTheTargetIsTaken(tags: [[String]], expected: String) async throws {
        #expect(letter(try await find(docker(tags))) == expected)
    }

    @Test func ofSeveralTheNamedOneIsTaken() async throws {
        let files = docker([["worker:1.0", "worker:latest"], ["shop/coordinator:1.0"], []])
        for (name, expected) in [
            ("worker:latest", "a"), ("latest", "a"), ("coordinator:1.0", "b"), ("shop/coordinator:1.0", "b"),
        ] {
            #expect(letter(try await find(files, name: name)) == expected)
        }
        let missing = await error { try await find(files, name: "coordinator:2.0") }
        #expect(missing?.code == .imageNotInArchive)
        #expect(missing?.message.contains("worker:1.0, worker:latest, shop/coordinator:1.0, c.json") == true)
        let ambiguous = await error { try await find(files, name: "1.0") }
        #expect(ambiguous?.code == .severalImages)
    }

    @Test func severalThatCannotBeToldApartAreListed() async throws {
        let error = await error { try await find(docker([["worker:2"], ["worker:3"]])) }
        #expect(error?.code == .severalImages)
        #expect(error?.reason == "SeveralImages")
        #expect(error?.message.contains("worker:2, worker:3") == true)
        #expect(error?.advice?.contains("--image") == true)
    }

    @Test func aConfigurationWithoutADigestForEachLayerIsRefused() async throws {
        var files = docker([["w:1"]])
        files["a.json"] = #"{"rootfs":{"diff_ids":[]}}"#
        #expect(await error { try await find(files) }?.code == .archiveInvalid)
        files["a.json"] = #"{"rootfs":{"diff_ids":["md5:abc"]}}"#
        #expect(await error { try await find(files) }?.code == .archiveInvalid)
        files["a.json"] = "{}"
        #expect(await error { try await find(files) }?.code == .archiveInvalid)
    }

    // MARK: OCI

    let builder = ImageBuilder([])

    /// Puts a blob in and says how to name it.
    func add(_ text: String, _ type: String, to files: inout [String: String], _ more: String = "") -> String {
        let bytes = Array(text.utf8)
        files["blobs/sha256/\(ImageBuilder.digest(bytes).dropFirst("sha256:".count))"] = text
        return builder.descriptor(type, bytes, more)
    }

    /// An image with one layer whose content is `letter`.
    func image(_ letter: String, to files: inout [String: String], _ more: String = "") -> String {
        let id = ImageBuilder.digest(Array(letter.utf8))
        let layer = add("x", "application/vnd.oci.image.layer.v1.tar", to: &files)
        let configuration = add(
            #"{"rootfs":{"diff_ids":["\#(id)"]}}"#,
            "application/vnd.oci.image.config.v1+json",
            to: &files
        )
        let manifest = #"{"schemaVersion":2,"config":\#(configuration),"layers":[\#(layer)]}"#
        return add(manifest, "application/vnd.oci.image.manifest.v1+json", to: &files, more)
    }

    func platform(_ system: String, _ architecture: String, _ more: String = "") -> String {
        #","platform":{"os":"\#(system)","architecture":"\#(architecture)"\#(more)}"#
    }

    func index(_ entries: [String], to files: inout [String: String], _ more: String = "") -> String {
        add(
            #"{"manifests":[\#(entries.joined(separator: ","))]}"#,
            "application/vnd.oci.image.index.v1+json",
            to: &files,
            more
        )
    }

    @Test func aNestedIndexGivesTheImageOfThePlatform() async throws {
        var files: [String: String] = [:]
        let inner = index(
            [
                image("a", to: &files, platform("linux", "arm64", #","variant":"v8""#)),
                image("b", to: &files, platform("linux", "amd64")),
                image("c", to: &files, platform("unknown", "unknown")),
            ],
            to: &files
        )
        files["index.json"] = #"{"manifests":[\#(inner)]}"#
        #expect(letter(try await find(files)) == "b")
        let arm = Platform(system: "linux", architecture: "arm64")
        #expect(letter(try await find(files, platform: arm)) == "a")
        let windows = await error {
            try await find(files, platform: Platform(system: "windows", architecture: "amd64"))
        }
        #expect(windows?.code == .platformMissing)
        #expect(windows?.message.contains("linux/arm64/v8, linux/amd64") == true)
    }

    @Test func platformsMayStandBesideEachOther() async throws {
        var files: [String: String] = [:]
        let list = [
            image("a", to: &files, platform("linux", "arm64")), image("b", to: &files, platform("linux", "amd64")),
        ]
        files["index.json"] = #"{"manifests":[\#(list.joined(separator: ","))]}"#
        #expect(letter(try await find(files)) == "b")
    }

    @Test func namesAreThoseOfTheAnnotations() async throws {
        var files: [String: String] = [:]
        let list = [
            image("a", to: &files, #","annotations":{"org.opencontainers.image.ref.name":"2.0"}"#),
            image("b", to: &files, #","annotations":{"io.containerd.image.name":"docker.io/library/worker:1.0"}"#),
        ]
        files["index.json"] = #"{"manifests":[\#(list.joined(separator: ","))]}"#
        #expect(letter(try await find(files)) == "b")
        #expect(letter(try await find(files, name: "2.0")) == "a")
        #expect(letter(try await find(files, name: "worker:1.0")) == "b")
    }

    @Test func indexesThatAreNestedForEverAreRefused() async throws {
        var files: [String: String] = [:]
        var inner = image("a", to: &files)
        for _ in 0..<6 { inner = index([inner], to: &files) }
        files["index.json"] = #"{"manifests":[\#(inner)]}"#
        #expect(await error { try await find(files) }?.code == .archiveInvalid)
    }

    @Test func whatAManifestStatesHasToBeThere() async throws {
        var files: [String: String] = [:]
        files["index.json"] = #"{"manifests":[\#(image("a", to: &files))]}"#
        let layer = "blobs/sha256/\(ImageBuilder.digest(Array("x".utf8)).dropFirst("sha256:".count))"
        files[layer] = "longer"
        #expect(await error { try await find(files) }?.code == .digestMismatch)
        files[layer] = nil
        #expect(await error { try await find(files) }?.code == .archiveInvalid)
        for text in [#"{"manifests":[{"digest":"sha256:x","size":1}]}"#, #"{"manifests":[{"digest":7}]}"#] {
            files["index.json"] = text
            #expect(await error { try await find(files) }?.code == .archiveInvalid)
        }
    }
}
