// SPDX-License-Identifier: Apache-2.0

import Basics
import Glibc
import Resources
import TestServers
import TestStorage
import TestSupport
import Testing

/// An operator is killed after each of its effects, and the next one goes on: real processes, a real API server.
@Suite(.timeLimit(.minutes(10)))
struct KilledOperatorTests {
    struct End: Sendable {
        var objects: [String: String]
        /// Digests by tag and by digest.
        var manifests: [String: String]
        var effects: [String]
    }

    static func cluster() async throws -> LightCluster {
        let cluster = try await LightCluster.shared()
        let definition = String(decoding: IcebergConnectDefinition.yaml, as: UTF8.self)
        try await cluster.install(definition, "icebergconnects.kafka.iceberg.apache.org")
        return cluster
    }

    static func end(of world: World) async throws -> End {
        End(
            objects: try await world.objects(),
            manifests: world.registry.manifests.mapValues(ImageBuilder.digest),
            effects: world.effects.names
        )
    }

    /// Without a disturbance.
    static func undisturbed(_ cluster: LightCluster) async throws -> End {
        try await World.run(cluster) { world in
            try await world.operate { _ in try await world.settled.wait() }
            let traffic = world.traffic.withLock { $0 }
            #expect(Set(traffic.blobs).count == traffic.blobs.count)
            #expect(
                traffic.tags.sorted() == [
                    "iceberg-kafka-connect-coordinator:coordinator-1", "iceberg-kafka-connect-worker:worker-1",
                ]
            )
            return try await end(of: world)
        }
    }

    @Test func killedAfterAnyEffectTheNextOneEndsWhereItWouldHaveEnded() async throws {
        let cluster = try await Self.cluster()
        let wanted = try await Self.undisturbed(cluster)
        #expect(wanted.effects.count > 30, "the test sees what the operator does")
        let isMemoryUsed = Locked(false)
        let last = Locked(0)
        // Several worlds at a time: mostly each waits for its servers.
        try await withThrowingTaskGroup(of: Void.self) { group in
            for first in 1...Self.worlds {
                group.addTask {
                    var number = first
                    while try await Self.isSurvived(number, wanted, cluster, isMemoryUsed) { number += Self.worlds }
                    last.withLock { [number] in $0 = max($0, number - Self.worlds) }
                }
            }
            try await group.waitForAll()
        }
        // The last ones may be events, which nobody waits for.
        #expect(last.withLock { $0 } >= wanted.effects.count * 3 / 4)
        #expect(isMemoryUsed.withLock { $0 }, "some were killed in the middle of a transfer")
    }

    static let worlds = 6

    /// - Returns: whether the operator got as far as to its effect of that number.
    static func isSurvived(_ number: Int, _ wanted: End, _ cluster: LightCluster, _ isMemoryUsed: Locked<Bool>)
        async throws
        -> Bool
    {
        try await World.run(cluster) { world in
            let isKilled = try await world.operate { process in
                world.effects.kill(after: number) { process.kill() }
                return try await wasKilled(world)
            }
            guard isKilled else { return false }
            let what = "killed after effect \(number), \(world.effects.names.last ?? "")"
            let before = world.traffic.withLock { $0 }
            let remembered = try await rememberedLayers(world)
            try await world.operate { _ in try await world.settled.wait() }
            let end = try await end(of: world)
            for name in Set(end.objects.keys).union(wanted.objects.keys) {
                #expect(end.objects[name] == wanted.objects[name], "\(what): \(name)")
            }
            #expect(end.manifests == wanted.manifests, "\(what)")

            let after = world.traffic.withLock { $0 }
            let sentAgain = after.blobs.dropFirst(before.blobs.count).filter(before.blobs.contains)
            #expect(Set(sentAgain).isDisjoint(with: remembered.map(\.digest)), "\(what)")
            #expect(Set(sentAgain).count == sentAgain.count, "\(what): what was in hand is sent once more")
            #expect(Set(after.tags).count == after.tags.count, "\(what): an image is tagged once")
            let readAgain = after.reads.dropFirst(before.reads.count)
            for layer in remembered {
                #expect(!readAgain.contains(layer.place), "\(what): \(layer.place) was read already")
            }
            isMemoryUsed.withLock { $0 = $0 || remembered.contains { !$0.digest.isEmpty } }
            return true
        }
    }

    /// Waits until the operator has been killed or has nothing to do any more; whether it was killed.
    private static func wasKilled(_ world: World) async throws -> Bool {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await world.effects.killed.wait() }
            group.addTask { try await world.settled.wait() }
            defer { group.cancelAll() }
            try await group.next()
            return world.effects.killed.isOpen
        }
    }

    /// The layers that the status knows to be in the registry, and how a request for one of them begins.
    static func rememberedLayers(_ world: World) async throws -> [(digest: String, place: String)] {
        guard let status = try await world.status() else { return [] }
        var found: [(digest: String, place: String)] = []
        for (role, transfer, image) in [
            ("worker", status.transfers.worker, status.images.worker),
            ("coordinator", status.transfers.coordinator, status.images.coordinator),
        ] {
            for layer in try layers.get() where layer.role == role {
                let known = transfer?.layers.first { $0.diffID == layer.diffID }
                if known != nil || image != nil { found.append((known?.digest ?? "", layer.place)) }
            }
        }
        return found
    }

    private static let layers = Result {
        try World.archives.get().flatMap { role, archive in
            (World.images[role]?.layers ?? []).map { layer in
                (
                    role: role, diffID: ImageBuilder.digest(layer),
                    place: "/images/\(role).tar \(offset(of: layer, in: archive))"
                )
            }
        }
    }

    private static func offset(of layer: [UInt8], in archive: [UInt8]) -> Int {
        archive.withUnsafeBytes { whole in
            layer.withUnsafeBytes { part in
                guard let start = whole.baseAddress, let sought = part.baseAddress,
                    let found = memmem(start, whole.count, sought, part.count)
                else { return -1 }
                return UnsafeRawPointer(found) - start
            }
        }
    }
}
