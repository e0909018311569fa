// SPDX-License-Identifier: Apache-2.0

internal import Archive
internal import Basics
internal import Compression
internal import Dispatch
internal import ObjectStorage

/// Reads an archive once, from front to back, and sends its layers as they come by.
///
/// Which of the files are layers only the manifest tells, and it may come last. So everything that looks like a layer is
/// sent; what belongs to no image is never referenced, and the registry's garbage collection takes it away.
struct SequentialTransfer: Sendable {
    let job: ImageTransferJob
    let bytes: any OpenBytes
    let registry: Registry
    let meter: TransferMeter
    let sent: SentLayers

    func run() async throws -> TransferredImage {
        let (layers, found) = AsyncStream.makeStream(of: LayerPipe.self)  // bounded by the window
        let window = LayerWindow()
        do {
            let (contents, results) = try await withThrowingTaskGroup(of: Part.self) { group in
                group.addTask {
                    defer { found.finish() }
                    return .contents(try await window.failing { try await scan(window, found) })
                }
                group.addTask { .results(try await window.failing { try await send(layers, window) }) }
                var contents = ArchiveScan.Contents()
                var results: [String: LayerPipe.Result] = [:]
                while let part = try await group.next() {
                    switch part {
                    case .contents(let scanned): contents = scanned
                    case .results(let sent): results = sent
                    }
                }
                return (contents, results)
            }
            let selector = ImageFinder.Selector(name: job.image, target: job.target, platform: job.platform)
            let image = try await ImageFinder(listing: contents.listing, selector: selector) { path, _ in
                guard let document = contents.documents[path] else {
                    throw ImageTransferError.invalid("\(path.prefix(200)) is not a JSON document")
                }
                return document
            }.find()
            return try TransferredImage(image, results)
        } catch {
            throw window.failure ?? error
        }
    }

    private enum Part: Sendable {
        case contents(ArchiveScan.Contents)
        case results([String: LayerPipe.Result])
    }

    /// On a thread of its own, because it blocks.
    private func scan(
        _ window: LayerWindow,
        _ found: AsyncStream<LayerPipe>.Continuation
    ) async throws -> ArchiveScan.Contents {
        try await bytes.withReader(nil) { reader in
            try await withTaskCancellationHandler {
                try await onOwnThread("image-archive") {
                    var scan = ArchiveScan { path, size in
                        let pipe = LayerPipe(path: path, size: size)
                        try window.admit(pipe)
                        found.yield(pipe)
                        return pipe
                    }
                    while true {
                        let block = try reader.block(of: GzipWriter.blockSize)
                        if block.isEmpty { return try scan.finish() }
                        meter.read(block.count)
                        try scan.feed(block)
                    }
                }
            } onCancel: {
                reader.stop(CancellationError())
                window.fail(CancellationError())
            }
        }
    }

    private func send(_ layers: AsyncStream<LayerPipe>, _ window: LayerWindow) async throws -> [String: LayerPipe
        .Result]
    {
        let sender = LayerSender(registry: registry, meter: meter)
        return try await withThrowingTaskGroup(of: LayerPipe.self) { group in
            // Of two with the same name the later one counts, whichever arrives first.
            var latest: [String: ObjectIdentifier] = [:]
            for await pipe in layers {
                latest[pipe.path] = ObjectIdentifier(pipe)
                group.addTask {
                    try await window.failing {
                        _ = try await sender.send(pipe)
                        if let layer = pipe.result?.sent {
                            sent.add(layer.diffID, layer.descriptor)
                            meter.completed(layer)
                        }
                        window.arrived(pipe)
                        return pipe
                    }
                }
            }
            var results: [String: LayerPipe.Result] = [:]
            while let pipe = try await group.next() {
                guard latest[pipe.path] == ObjectIdentifier(pipe) else { continue }
                guard let result = pipe.result, result.sent != nil else { continue }
                results[pipe.path] = result
            }
            return results
        }
    }
}

/// The layers that are on their way at the same time, and whoever has to be told when one of them gets lost.
private final class LayerWindow: Sendable {
    private struct State: Sendable {
        var underway: [LayerPipe] = []
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
    func admit(_ pipe: LayerPipe) throws {
        free.wait()
        let failure = state.withLock { state in
            state.underway.append(pipe)
            return state.failure
        }
        if let failure {
            free.signal()
            throw failure
        }
    }

    func arrived(_ pipe: LayerPipe) {
        state.withLock { state in state.underway.removeAll { $0 === pipe } }
        free.signal()
    }

    func fail(_ error: any Error) {
        let (first, underway) = state.withLock { state in
            state.failure = state.failure ?? error
            return (state.failure ?? error, state.underway)
        }
        for pipe in underway { pipe.fail(first) }
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
