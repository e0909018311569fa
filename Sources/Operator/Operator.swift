// SPDX-License-Identifier: Apache-2.0

package import Basics
internal import HTTPClient
internal import HTTPServer
package import KubernetesClient
internal import KubernetesModel
internal import KubernetesRuntime
internal import ObjectStorage

/// The operator: reflectors, controllers and image transfers of one process, and the order in which they start and stop.
package struct Operator: Sendable {
    private static let leaseName = "iceberg-connect-operator-leader"

    private let settings: OperatorSettings
    private let client: KubernetesClient
    private let transfer: ImageFromStorage
    private let metrics: Metrics
    private let log: Log

    /// - Parameters:
    ///   - environment: where the pod's role or web identity for S3 is described.
    ///   - metrics: what `/metrics` shows; the client counts its requests there too.
    /// - Throws: `SettingsError` if a file of authorities cannot be read.
    package init(
        _ settings: OperatorSettings,
        _ client: KubernetesClient,
        environment: [String: String],
        metrics: Metrics,
        log: Log
    ) async throws {
        self.settings = settings
        self.client = client
        self.metrics = metrics
        self.log = log
        transfer = ImageFromStorage(
            HTTPClient(),
            environment: environment,
            endpoints: settings.registryEndpoints,
            storageAuthorities: try await Self.read(settings.storageAuthorities),
            registryAuthorities: try await Self.read(settings.registryAuthorities)
        )
    }

    private static func read(_ path: String?) async throws -> [UInt8]? {
        guard let path else { return nil }
        do {
            return try await SmallFile.read(path, upTo: ByteCount(4 << 20))
        } catch {
            throw SettingsError(problems: ["\(path): \(error)"])
        }
    }

    /// Runs until `shutdown` opens and everything has ended in order, within 25 s; or fails.
    package func run(until shutdown: Latch) async throws {
        let stores = IcebergConnectStores()
        var reflectors = Reflectors(log: log)
        stores.fill(&reflectors, from: client, namespaces: settings.watchedNamespaces)
        let events = EventRecorder(
            client,
            controller: "kittiwake",
            instance: settings.identity,
            clock: ContinuousClock(),
            log: log
        )
        let question = ConnectQuestion(HTTPClient())
        let term = IcebergConnectTerm(
            stores,
            client,
            events,
            settings,
            metrics,
            log,
            transfer.callAsFunction,
            ask: question.callAsFunction
        )
        let eventStage = Stage("events") { ready, stop in
            ready.open()
            await events.run(until: stop)
        }
        try await runStages(
            [http(reflectors, term, events, shutdown), eventStage, reflectors.stage, leadership(term)],
            until: shutdown,
            grace: .seconds(25),
            clock: ContinuousClock()
        )
    }

    // MARK: Stages

    /// Health and metrics. Ready from the first complete lists on, and not while stopping.
    private func http(
        _ reflectors: Reflectors,
        _ term: IcebergConnectTerm,
        _ events: EventRecorder<ContinuousClock>,
        _ shutdown: Latch
    ) -> Stage {
        var endpoints = HealthEndpoints(metrics)
        endpoints.liveness = { term.controller.state.problems }
        endpoints.readiness = { shutdown.isOpen ? ["The operator is stopping"] : reflectors.missing }
        endpoints.collectors = [{ term.controller.state.collect() }]
        endpoints.texts = [
            { reflectors.metrics },
            {
                var dropped = MetricText("kittiwake_events_dropped_total", .counter, "Events that were dropped.")
                dropped.add([], Double(events.dropped))
                return dropped.text
            },
        ]
        return .http(port: settings.port, log: log) { [endpoints] request in
            endpoints.answer(request) ?? ServerResponse(404, text: "The paths are /healthz, /readyz and /metrics\n")
        }
    }

    private func leadership(_ term: IcebergConnectTerm) -> Stage {
        guard settings.electsLeader else {
            return .unelected(Self.leaseName, metrics: metrics) { await term.run(until: $0, while: $1) }
        }
        let lease = ObjectKey(namespace: settings.namespace, name: Self.leaseName)
        return .leading(
            ClientLeaseStore(client, lease),
            name: Self.leaseName,
            identity: settings.identity,
            timings: settings.lease,
            metrics: metrics,
            log: log
        ) { await term.run(until: $0, while: $1) }
    }
}
