// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import Compression
internal import ObjectStorage

/// Reads of a plain tar what is missing in the registry, and nothing else.
struct RangedTransfer: Sendable {
    let job: ImageTransferJob
    let bytes: any OpenBytes
    let registry: Registry
    let meter: TransferMeter
    let sent: SentLayers

    /// Layers on their way at the same time. Each has two threads and about 3 MiB.
    private static let mostAtOnce = 3
    /// Where one of them is of zstd: it may want 32 MiB more.
    private static let mostAtOnceOfZstd = 2
    /// Of zstd that nobody announced, in an archive of docker save: 8 MiB, which every tool that writes layers keeps to.
    private static let unannouncedWindow = 23

    /// What is to be done about a layer.
    private struct Task: Sendable {
        var path: String
        var range: Range<Int64>
        var purpose: LayerReader.Purpose
        var isZstd: Bool
    }

    func run(_ listing: ArchiveListing, _ previous: Digest?) async throws -> TransferredImage {
        let selector = ImageFinder.Selector(name: job.image, target: job.target, platform: job.platform)
        let image = try await ImageFinder(listing: listing, selector: selector) { _, file in
            let start = file.offset ?? 0
            meter.read(Int(file.size))
            return try await bytes.read(start..<start + file.size)
        }.find()
        let known = try await KnownLayers(job, registry, sent, previous)
        var there: [Digest: Descriptor] = [:]
        var tasks: [Task] = []
        var planned: Set<String> = []
        let layers = image.layers.filter { planned.insert($0.path).inserted }
        let found = try await inParallel(layers, atMost: Registry.mostQuestions) { try await find($0, known) }
        for (layer, blob) in zip(layers, found) {
            if let blob {
                there[layer.diffID] = blob
                meter.completed(.init(diffID: layer.diffID, descriptor: blob, wasThere: true))
            }
            let hasBeenLookedAt = !job.looksForKittiwake || blob.flatMap(KittiwakeSearch.finding) != nil
            if blob != nil, hasBeenLookedAt || image.saysKittiwake { continue }
            guard let start = listing.find(layer.path)?.file.offset else { continue }
            let range = start..<start + layer.size
            let isZstd = layer.stated?.type == MediaType.zstdLayer
            tasks.append(Task(path: layer.path, range: range, purpose: blob == nil ? .send : .look, isZstd: isZstd))
        }
        // The largest first, so that none is left to go alone.
        tasks.sort { $0.range.count > $1.range.count }
        meter.expect(meter.progress.bytesRead + tasks.reduce(0) { $0 + Int64($1.range.count) })
        var result = try TransferredImage(image, try await perform(tasks), known: there)
        result.current = known.current
        return result
    }

    /// The blob that the registry has of a layer; `nil` if it has to be sent.
    private func find(_ layer: ImageInArchive.Layer, _ known: KnownLayers) async throws -> Descriptor? {
        var candidates = [known[layer.diffID]].compactMap { $0 }
        if let stated = layer.stated, layer.isCompressed == true {
            // This very blob, whatever else has the same content, but with what is known of it.
            candidates = candidates.filter { $0.digest == stated.digest } + [stated]
        }
        for candidate in candidates where try await registry.isSeen(candidate) { return candidate }
        return nil
    }

    // MARK: Layers

    private func perform(_ tasks: [Task]) async throws -> [String: LayerPipe.Result] {
        let limit = tasks.contains { $0.isZstd } ? Self.mostAtOnceOfZstd : Self.mostAtOnce
        let results = try await inParallel(tasks, atMost: limit) { try await perform($0) }
        return Dictionary(uniqueKeysWithValues: zip(tasks.map(\.path), results))
    }

    /// A registry that fails for a moment costs one layer, not the transfer: it is read again.
    private func perform(_ task: Task) async throws -> LayerPipe.Result {
        try await registry.limits.retry.run(while: Registry.isWorthRetrying) {
            let pipe = LayerPipe(path: task.path, size: Int64(task.range.count))
            do {
                return try await withThrowingTaskGroup(of: Void.self) { group in
                    if task.purpose == .send {
                        group.addTask { _ = try await LayerSender(registry: registry, meter: meter).send(pipe) }
                    }
                    group.addTask {
                        try await LayerSender.failing(pipe) { try await read(task, into: pipe) }
                    }
                    // Not `waitForAll`: that waits for the others when one has failed, instead of cancelling them.
                    while try await group.next() != nil {}
                    guard let result = pipe.result else { throw pipe.unfinished }
                    if let layer = result.sent {
                        sent.add(layer.diffID, layer.descriptor)
                        meter.completed(layer)
                    }
                    return result
                }
            } catch {
                throw pipe.failure ?? error
            }
        }
    }

    private func read(_ task: Task, into pipe: LayerPipe) async throws {
        try await bytes.withReader(task.range) { reader in
            try await withTaskCancellationHandler {
                try await onOwnThread("layer-read") {
                    var limits = Decompressor.Limits()
                    if !task.isZstd { limits.window = Self.unannouncedWindow }
                    let layerReader = LayerReader(pipe, task.purpose, limits)
                    while true {
                        let block = try reader.block(of: GzipWriter.blockSize)
                        if block.isEmpty { return try layerReader.finish() }
                        meter.read(block.count)
                        try layerReader.take(block)
                    }
                }
            } onCancel: {
                reader.stop(CancellationError())
                pipe.fail(CancellationError())
            }
        }
    }
}

extension BlockingReader {
    /// The next `count` bytes together; fewer only at the end, none only after it.
    func block(of count: Int) throws -> [UInt8] {
        try [UInt8](unsafeUninitializedCapacity: count) { room, filled in
            let room = UnsafeMutableRawBufferPointer(room)
            while filled < room.count {
                let part = try read(into: UnsafeMutableRawBufferPointer(rebasing: room[filled...]))
                if part == 0 { return }
                filled += part
            }
        }
    }
}
