// SPDX-License-Identifier: Apache-2.0

internal import Archive
internal import Basics
internal import Compression
internal import Dispatch
internal import ObjectStorage

/// Reads an archive once, from front to back, and sends its layers as they come by.
///
/// Which of the files are layers only the manifest tells, and it may come last. So everything that looks like a layer is
/// sent, unless its name is a digest and the registry has it; what belongs to no image is never referenced, and the
/// registry's garbage collection takes it away.
struct SequentialTransfer: Sendable {
    let job: ImageTransferJob
    let bytes: any OpenBytes
    let registry: Registry
    let meter: TransferMeter
    let sent: SentLayers

    func run(_ previous: Digest?) async throws -> TransferredImage {
        let known = try await KnownLayers(job, registry, sent, previous)
        let (layers, found) = AsyncStream.makeStream(of: NamedLayer.self)  // bounded by the window
        let window = LayerWindow()
        do {
            let (contents, arrived) = try await withThrowingTaskGroup(of: Part.self) { group in
                group.addTask {
                    defer { found.finish() }
                    return .contents(try await window.failing { try await scan(window, found) })
                }
                group.addTask { .arrived(try await window.failing { try await send(layers, window, known) }) }
                var contents = ArchiveScan.Contents()
                var arrived = Arrived()
                while let part = try await group.next() {
                    switch part {
                    case .contents(let scanned): contents = scanned
                    case .arrived(let all): arrived = all
                    }
                }
                return (contents, arrived)
            }
            let selector = ImageFinder.Selector(name: job.image, target: job.target, platform: job.platform)
            let image = try await ImageFinder(listing: contents.listing, selector: selector) { path, _ in
                guard let document = contents.documents[path] else {
                    throw ImageTransferError.invalid("\(path.prefix(200)) is not a JSON document")
                }
                return document
            }.find()
            var result = try TransferredImage(image, arrived.results, known: arrived.there)
            result.current = known.current
            return result
        } catch {
            throw window.failure ?? error
        }
    }

    private enum Part: Sendable {
        case contents(ArchiveScan.Contents)
        case arrived(Arrived)
    }

    /// What the registry has in the end.
    private struct Arrived: Sendable {
        /// By the path in the archive.
        var results: [String: LayerPipe.Result] = [:]
        /// What was not sent, by what it contains.
        var there: [Digest: Descriptor] = [:]
    }

    /// On a thread of its own, because it blocks.
    private func scan(
        _ window: LayerWindow,
        _ found: AsyncStream<NamedLayer>.Continuation
    ) async throws -> ArchiveScan.Contents {
        try await bytes.withReader(nil) { reader in
            try await withTaskCancellationHandler {
                try await onOwnThread("image-archive") {
                    var scan = ArchiveScan { path, size, format in
                        let layer = NamedLayer(path: path, size: size, format)
                        try window.admit(layer)
                        found.yield(layer)
                        return LayerReader(layer.pipe, try layer.awaitAnswer() == nil ? .send : .look)
                    }
                    while true {
                        let block = try reader.block(of: GzipWriter.blockSize)
                        if block.isEmpty { return try scan.finish() }
                        meter.read(block.count)
                        try scan.feed(block)
                        // Who only looks at a layer waits for nobody, and would read on to its end.
                        if let failure = window.failure { throw failure }
                    }
                }
            } onCancel: {
                reader.stop(CancellationError())
                window.fail(CancellationError())
            }
        }
    }

    private func send(
        _ layers: AsyncStream<NamedLayer>,
        _ window: LayerWindow,
        _ known: KnownLayers
    ) async throws -> Arrived {
        let sender = LayerSender(registry: registry, meter: meter)
        return try await withThrowingTaskGroup(of: NamedLayer.self) { group in
            // Of two with the same name the later one counts, whichever arrives first.
            var latest: [String: ObjectIdentifier] = [:]
            for await layer in layers {
                latest[layer.pipe.path] = ObjectIdentifier(layer)
                group.addTask {
                    try await window.failing {
                        let blob = try await layer.find(in: registry, known)
                        layer.answer(.success(blob))
                        if blob == nil { try await send(layer.pipe, sender) }
                        window.arrived(layer)
                        return layer
                    }
                }
            }
            var arrived = Arrived()
            // Nothing more is read, so everything is known about those as well that were only looked at.
            while let layer = try await group.next() {
                let pipe = layer.pipe
                guard latest[pipe.path] == ObjectIdentifier(layer), let result = pipe.result else { continue }
                arrived.results[pipe.path] = result
                guard let there = try layer.blobThatWasThere() else { continue }
                arrived.there[there.diffID] = there.descriptor
                meter.completed(there)
            }
            return arrived
        }
    }

    private func send(_ pipe: LayerPipe, _ sender: LayerSender) async throws {
        _ = try await sender.send(pipe)
        guard let layer = pipe.result?.sent else { return }
        sent.add(layer.diffID, layer.descriptor)
        meter.completed(layer)
    }
}

/// The layers that are on their way at the same time, and whoever has to be told when one of them gets lost.
private final class LayerWindow: Sendable {
    private struct State: Sendable {
        var underway: [NamedLayer] = []
        var failure: (any Error)?
    }

    /// Reading goes on while so many layers are being sent. Small layers would otherwise pile up.
    private static let places = 4

    private let state = Locked(State())
    private let free = DispatchSemaphore(value: 0)

    init() { for _ in 0..<Self.places { free.signal() } }

    /// The first failure, which the others only follow.
    var failure: (any Error)? { state.withLock { $0.failure } }

    /// Blocks until there is a place.
    func admit(_ layer: NamedLayer) throws {
        free.wait()
        let failure = state.withLock { state in
            state.underway.append(layer)
            return state.failure
        }
        if let failure {
            free.signal()
            throw failure
        }
    }

    func arrived(_ layer: NamedLayer) {
        state.withLock { state in state.underway.removeAll { $0 === layer } }
        free.signal()
    }

    func fail(_ error: any Error) {
        let (first, underway) = state.withLock { state in
            state.failure = state.failure ?? error
            return (state.failure ?? error, state.underway)
        }
        for layer in underway { layer.fail(first) }
        free.signal()
    }

    func failing<Value: Sendable>(_ part: @Sendable () async throws -> Value) async throws -> Value {
        do {
            return try await part()
        } catch {
            fail(error)
            throw failure ?? error
        }
    }
}
