// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// Sends a layer while it is being compressed, on a thread of its own.
struct LayerSender: Sendable {
    let registry: Registry
    let meter: TransferMeter

    /// Ends when the registry has the layer, or with the first failure of anybody who works on it.
    func send(_ pipe: LayerPipe) async throws -> Descriptor {
        let task = { @Sendable in
            try await withThrowingTaskGroup(of: Descriptor?.self) { group in
                group.addTask {
                    try await Self.failing(pipe) {
                        try await onOwnThread("layer-gzip") { try LayerCompressor.run(pipe) }
                    }
                    return nil
                }
                group.addTask {
                    try await Self.failing(pipe) {
                        try await registry.upload(madeFrom: pipe.size) {
                            let piece = try await pipe.nextToSend()
                            if let piece { meter.sent(piece.count) }
                            return piece
                        } descriptor: {
                            try pipe.sentDescriptor()
                        } failed: {
                            pipe.fail($0)
                        }
                    }
                }
                var descriptor: Descriptor?
                while let outcome = try await group.next() { descriptor = outcome ?? descriptor }
                guard let descriptor else { throw pipe.unfinished }
                return descriptor
            }
        }
        return try await withTaskCancellationHandler(operation: task) { pipe.fail(CancellationError()) }
    }

    /// Runs a part of the work; when it fails, the other parts are told.
    static func failing<Value: Sendable>(
        _ pipe: LayerPipe,
        _ part: @Sendable () async throws -> Value
    ) async throws -> Value {
        do {
            return try await part()
        } catch {
            pipe.fail(error)
            throw pipe.failure ?? error
        }
    }
}
