// SPDX-License-Identifier: Apache-2.0

package import JSON

/// A Pod, as far as the controllers look at it.
package struct Pod: Resource {
    package static let kind = ResourceKind.pod

    /// Why a container does not run yet: `ImagePullBackOff`, `CrashLoopBackOff`, `CreateContainerConfigError`.
    package struct Waiting: Equatable, Sendable {
        package var container: String
        package var reason: String
        package var message: String

        package init(container: String, reason: String, message: String) {
            self.container = container
            self.reason = reason
            self.message = message
        }
    }

    package var metadata: ObjectMeta
    /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
    package var phase: String
    /// The `Ready` condition.
    package var isReady: Bool
    /// Of all containers together, those that initialise included.
    package var restarts: Int
    /// Containers that wait for something, in the order of the status.
    package var waiting: [Waiting]
    /// Where it runs; `nil` until it is scheduled.
    package var node: String?

    package init(
        metadata: ObjectMeta,
        phase: String = "Pending",
        isReady: Bool = false,
        restarts: Int = 0,
        waiting: [Waiting] = [],
        node: String? = nil
    ) {
        self.metadata = metadata
        self.phase = phase
        self.isReady = isReady
        self.restarts = restarts
        self.waiting = waiting
        self.node = node
    }
}

extension Pod: JSONDecodable {
    private struct Spec: JSONDecodable {
        var node: String?

        init(_ json: borrowing JSONView) throws(JSONError) { node = try json.optional("nodeName") }
    }

    private struct Status: JSONDecodable {
        var phase: String?
        var isReady: Bool
        var containers: [Container]

        init(_ json: borrowing JSONView) throws(JSONError) {
            phase = try json.optional("phase")
            let conditions: [Condition] = try json.optional("conditions") ?? []
            isReady = conditions["Ready"]?.status == .true
            let first: [Container] = try json.optional("initContainerStatuses") ?? []
            containers = first + (try json.optional("containerStatuses") ?? [])
        }
    }

    private struct Container: JSONDecodable {
        var name: String
        var restarts: Int
        var state: State?

        init(_ json: borrowing JSONView) throws(JSONError) {
            name = try json.value("name")
            restarts = try json.optional("restartCount") ?? 0
            state = try json.optional("state")
        }
    }

    private struct State: JSONDecodable {
        var waiting: Reason?

        init(_ json: borrowing JSONView) throws(JSONError) { waiting = try json.optional("waiting") }
    }

    private struct Reason: JSONDecodable {
        var reason: String
        var message: String

        init(_ json: borrowing JSONView) throws(JSONError) {
            reason = try json.optional("reason") ?? ""
            message = try json.optional("message") ?? ""
        }
    }

    package init(_ json: borrowing JSONView) throws(JSONError) {
        let spec: Spec? = try json.optional("spec")
        let status: Status? = try json.optional("status")
        let containers = status?.containers ?? []
        self.init(
            metadata: try json.value("metadata"),
            phase: status?.phase ?? "Pending",
            isReady: status?.isReady ?? false,
            restarts: containers.reduce(0) { $0 + $1.restarts },
            waiting: containers.compactMap { container in
                container.state?.waiting.map {
                    Waiting(container: container.name, reason: $0.reason, message: $0.message)
                }
            },
            node: spec?.node
        )
    }
}
