// SPDX-License-Identifier: Apache-2.0

import Basics
import JSON
import KubernetesModel
import Planning
import Resources
import TestSupport
import Testing

@Suite
struct ImageStandingTests {
    static let missing = Observation.ImageProgress.State.failed(
        Observation.ImageProgress.Failure(reason: "ObjectNotFound", message: "There is no such object", attempts: 1)
    )

    static func wanted(_ plan: IcebergConnectPlan) -> [ImageRole: (image: WantedImage, known: ObtainedImage?)] {
        Dictionary(
            plan.steps.compactMap { step in
                if case .effect(.obtainImage(let image, let known, _)) = step {
                    (image.role, (image, known))
                } else {
                    nil
                }
            }
        ) { first, _ in first }
    }

    static func reference(_ scene: Scene, _ role: ImageRole) -> String? {
        scene.deployment(of: role)?["spec"]?["template"]?["spec"]?["containers"]?.elements.first?["image"].string
    }

    // MARK: What is asked for

    @Test func aTransferKnowsAllItNeeds() throws {
        var scene = try Scene(example: "development")
        scene.reconcile()
        let image = try #require(Self.wanted(scene.plan)[.worker]?.image)
        #expect(image.region == "us-east-1" && image.bucket == "dev-images" && image.key == "images/worker-image.tar")
        #expect(image.endpoint == "http://minio:9000")
        #expect(image.repository == "localhost:5000/iceberg-kafka-connect-worker")
        #expect(image.tag == "dev")
        #expect(
            image.credentials
                == .keys(accessKeyID: Secret("minioadmin"), secretAccessKey: Secret("minioadmin"))
        )
        #expect(!image.source.contains("minioadmin"))
    }

    @Test func keysComeFromASecretOrTheEnvironment() throws {
        var scene = try Scene.quickStart { $0["spec"]?["s3Config"] = ["region": "r", "bucket": "b"] }
        scene.reconcile()
        #expect(Self.wanted(scene.plan)[.worker]?.image.credentials == .environment)

        scene = try Scene.quickStart {
            $0["spec"]?["s3Config"] = ["region": "r", "bucket": "b", "credentialsSecret": ["name": "s3"]]
        }
        scene.seen.secrets["s3"] = ["access-key-id": Secret("id"), "secret-access-key": Secret("key")]
        scene.reconcile()
        #expect(
            Self.wanted(scene.plan)[.coordinator]?.image.credentials
                == .keys(accessKeyID: Secret("id"), secretAccessKey: Secret("key"))
        )
    }

    @Test func theRegistrysLoginGoesWithTheJobAndThePods() throws {
        var scene = try Scene.quickStart {
            $0["spec"]?["images"]?["worker"]?["pushSecret"] = ["name": "registry"]
            $0["spec"]?["images"]?["coordinator"]?["pushSecret"] = ["name": "registry"]
            $0["spec"]?["coordinator"]?["namespace"] = "elsewhere"
        }
        scene.seen.secrets["registry"] = [".dockerconfigjson": Secret("{}")]
        scene.reconcile()
        #expect(Self.wanted(scene.plan)[.worker]?.image.registryLogin == Secret("{}"))
        try scene.finishTransfers()
        scene.settle()
        let worker = scene.deployment(of: .worker)?["spec"]?["template"]?["spec"]
        #expect(worker?["imagePullSecrets"] == [["name": "registry"]])
        // Pods cannot name a Secret of another namespace.
        let coordinator = scene.deployment(of: .coordinator)?["spec"]?["template"]?["spec"]
        #expect(coordinator?["imagePullSecrets"] == [["name": "iceberg-job-manager-pull-my-iceberg-job"]])
        let copy = scene.object("Secret elsewhere/iceberg-job-manager-pull-my-iceberg-job")
        #expect(copy?["type"] == "kubernetes.io/dockerconfigjson")
        #expect(copy?["data"]?[".dockerconfigjson"].string == Base64.encode(Array("{}".utf8)))
    }

    // MARK: What pods run

    @Test func podsNameTheDigest() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        let digest = String(repeating: "a", count: 64)
        #expect(Self.reference(scene, .worker) == "localhost:5000/iceberg-kafka-connect-worker@sha256:\(digest)")
        #expect(scene.resource.status?.images.worker?.etag == "etag-worker")
        #expect(scene.resource.status?.images.worker?.digest == "sha256:\(digest)")
    }

    @Test func aNewOperatorKnowsWhatWasObtained() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        scene.seen.images = [:]
        let plan = scene.reconcile()
        #expect(plan.status?.phase == .ready)
        #expect(plan.events.isEmpty)
        let asked = try #require(Self.wanted(plan)[.worker])
        #expect(asked.known?.etag == "etag-worker")
        #expect(asked.known?.digest.hex == String(repeating: "a", count: 64))
    }

    @Test func aFileThatChangedInPlaceRollsThePods() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        let digest = try #require(Digest(hex: String(repeating: "c", count: 64)))
        let image = ObtainedImage(digest: digest, etag: "new", containsKittiwake: false)
        try scene.transfer(.worker, .done(image))
        scene.settle()
        #expect(Self.reference(scene, .worker)?.hasSuffix("@\(digest)") == true)
        #expect(scene.resource.status?.phase == .deploying)
    }

    @Test(.rows(32)) func aReadyImageIsNamedAsItWasGiven() throws {
        var scene = try Scene.quickStart {
            $0["spec"]?["images"]?["worker"] = ["image": "registry.example.com/worker:1.0"]
        }
        scene.reconcile()
        #expect(Set(Self.wanted(scene.plan).keys) == [.coordinator])
        scene.settle()
        #expect(Self.reference(scene, .worker) == "registry.example.com/worker:1.0")
    }

    @Test func whatIsNotWantedAnyMoreIsAbandoned() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        try scene.edit {
            $0["spec"]?["images"]?["worker"] = ["image": "registry.example.com/worker:1.0"]
        }
        let plan = scene.reconcile()
        #expect(plan.steps.contains(.effect(.abandonImage(.worker))))
        #expect(!plan.steps.contains(.effect(.abandonImage(.coordinator))))
    }

    @Test func theOperatorsImageRunsWhereTheGivenOneCannot() throws {
        var scene = try Scene.quickStart()
        scene.reconcile()
        try scene.finishTransfers(containsKittiwake: false)
        let events = scene.settle().flatMap(\.events)
        #expect(Self.reference(scene, .coordinator) == "localhost:5000/iceberg-connect-operator:latest")
        #expect(scene.condition(.coordinatorImageUsed)?.status == .false)
        #expect(events.contains { $0.reason == "OperatorImageUsed" })
        try scene.finishTransfers(containsKittiwake: true)
        scene.settle()
        #expect(Self.reference(scene, .coordinator)?.contains("iceberg-kafka-connect-coordinator@") == true)
        #expect(scene.condition(.coordinatorImageUsed)?.status == .true)
    }

    // MARK: What fails

    @Test(.rows(31)) func oneImageThatFailsLeavesTheOtherAlone() throws {
        var scene = try Scene.quickStart()
        scene.reconcile()
        try scene.finishTransfers()
        scene.seen.images[.coordinator] = nil
        try scene.transfer(.coordinator, Self.missing)
        scene.settle()
        #expect(scene.deployment(of: .worker) != nil, "the other role goes on")
        #expect(scene.deployment(of: .coordinator) == nil)
        #expect(scene.resource.status?.phase == .failed)
        #expect(scene.condition(.imagesReady)?.reason == "ObjectNotFound")

        try scene.start(.worker)
        let running = scene.deployment(of: .worker)?["spec"]
        scene.settle()
        #expect(scene.deployment(of: .worker)?["spec"] == running)
        #expect(scene.condition(.degraded)?.status == .true)
        #expect(scene.condition(.ready)?.status == .false)
    }

    @Test(.rows(31)) func whileANewImageFailsTheOldOneRuns() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        let running = scene.deployment(of: .worker)?["spec"]
        try scene.edit(PhaseOrderTests.tagged("v2"))
        try scene.transfer(.worker, Self.missing)
        try scene.transfer(.coordinator, Self.missing)
        let plans = scene.settle()
        #expect(plans.allSatisfy { $0.steps.allSatisfy { if case .delete = $0 { false } else { true } } })
        #expect(scene.deployment(of: .worker)?["spec"] == running)
        #expect(scene.resource.status?.phase == .failed)
    }

    @Test(.rows(31)) func aReplacedFileThatCannotBeUsedIsToldAndTheOldImageRuns() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        let running = scene.deployment(of: .worker)?["spec"]
        try scene.transfer(.worker, Self.missing)
        let failed = scene.settle().flatMap(\.events)
        #expect(failed.map(\.reason) == ["ImageFailed"])
        #expect(scene.resource.status?.phase == .ready)
        #expect(scene.condition(.imagesReady)?.status == .false)
        #expect(scene.condition(.imagesReady)?.reason == "ObjectNotFound")
        #expect(scene.deployment(of: .worker)?["spec"] == running)
        #expect(scene.settle().flatMap(\.events).isEmpty)

        try scene.finishTransfers()
        #expect(scene.settle().flatMap(\.events).map(\.reason) == ["ImagesReady"])
        #expect(scene.condition(.imagesReady)?.status == .true)
    }

    @Test func workersScaleWhileAnImageFails() throws {
        var scene = try Scene.quickStart()
        try scene.becomeReady()
        try scene.edit {
            $0["spec"]?["images"]?["coordinator"]?["s3Path"] = "missing.tar"
            $0["spec"]?["worker"]?["replicas"] = 5
        }
        try scene.transfer(.coordinator, Self.missing)
        scene.settle()
        #expect(scene.deployment(of: .worker)?["spec"]?["replicas"] == 5)
        #expect(Self.reference(scene, .worker)?.hasSuffix(String(repeating: "a", count: 64)) == true)
    }

    @Test(arguments: ["BucketNotFound", "ObjectNotFound", "AccessDenied", "StorageUnreachable"])
    func eachFailureHasItsReason(reason: String) throws {
        var scene = try Scene.quickStart()
        scene.settle()
        let failure = Observation.ImageProgress.Failure(reason: reason, message: "What happened", attempts: 3)
        try scene.transfer(.worker, .failed(failure))
        let plan = scene.reconcile()
        #expect(plan.status?.conditions["Ready"]?.reason == reason)
        #expect(plan.status?.conditions["ImagesReady"]?.reason == reason)
        #expect(plan.status?.conditions["Reconciling"]?.status == .true)
        #expect(plan.status?.message == "The worker image could not be obtained (attempt 3): What happened")
        // It goes on being wanted: when it is tried again is decided where transfers run.
        #expect(Self.wanted(plan)[.worker] != nil)
    }
}
