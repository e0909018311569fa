// SPDX-License-Identifier: Apache-2.0

internal import ConnectClient
internal import HTTPClient
internal import Planning
internal import Resources

/// Asks a Connect cluster who it is, and what it can run.
struct ConnectQuestion: Sendable {
    private let client: HTTPClient
    private let deadline: Duration

    /// - Parameter deadline: of each of the two requests.
    init(_ client: HTTPClient, deadline: Duration = .seconds(5)) {
        self.client = client
        self.deadline = deadline
    }

    /// - Parameter url: scheme, host and port.
    func callAsFunction(_ url: String) async -> IcebergConnectObservation.ConnectAnswer {
        let cluster = ConnectClient(client, url: url, deadline: deadline)
        do throws(ConnectError) {
            let version = try await cluster.worker().version
            // A worker that says who it is answers; what it can run is only told.
            let plugins = try? await cluster.plugins()
            return .version(version, plugins: plugins?.map(IcebergConnectStatus.Plugin.init))
        } catch {
            return .unreachable(reason: error.code.reason, message: error.message)
        }
    }
}

extension IcebergConnectStatus.Plugin {
    fileprivate init(_ plugin: ConnectPlugin) {
        self.init(className: plugin.className, type: plugin.type, version: plugin.version)
    }
}

extension ConnectError.Code {
    /// As a condition names it.
    fileprivate var reason: String {
        switch self {
        case .unreachable: "Unreachable"
        case .refused: "Refused"
        case .unreadable: "NotConnect"
        }
    }
}
