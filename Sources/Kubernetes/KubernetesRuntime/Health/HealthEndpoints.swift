// SPDX-License-Identifier: Apache-2.0

package import Basics
package import HTTPServer

/// `/healthz`, `/readyz` and `/metrics`.
package struct HealthEndpoints: Sendable {
    private let metrics: Metrics
    /// What is wrong; empty: alive. A failing API server alone is nothing that a restart would help.
    package var liveness: @Sendable () -> [String] = { [] }
    /// What is missing; empty: ready.
    package var readiness: @Sendable () -> [String] = { [] }
    /// Called before a scrape: sets gauges.
    package var collectors: [@Sendable () -> Void] = []
    /// Metrics that are text already.
    package var texts: [@Sendable () -> String] = []

    package init(_ metrics: Metrics) { self.metrics = metrics }

    /// The answer; `nil` for any other path.
    package func answer(_ request: ServerRequest) -> ServerResponse? {
        switch request.path {
        case "/healthz": probe(request, liveness)
        case "/readyz": probe(request, readiness)
        case "/metrics": isRead(request) ? scrape() : ServerResponse(405)
        default: nil
        }
    }

    private func probe(_ request: ServerRequest, _ ask: () -> [String]) -> ServerResponse {
        guard isRead(request) else { return ServerResponse(405) }
        let problems = ask()
        return problems.isEmpty
            ? ServerResponse(text: "ok\n") : ServerResponse(503, text: problems.joined(separator: "\n") + "\n")
    }

    /// In pieces: with many resources the whole would be megabytes.
    private func scrape() -> ServerResponse {
        let type = "text/plain; version=0.0.4; charset=utf-8"
        return ServerResponse(
            headers: [("Content-Type", type)],
            body: .stream { writer in
                for collect in collectors { collect() }
                try await writer.write(metrics.text())
                for text in texts { try await writer.write(text()) }
            }
        )
    }

    private func isRead(_ request: ServerRequest) -> Bool { request.method == "GET" || request.method == "HEAD" }
}
