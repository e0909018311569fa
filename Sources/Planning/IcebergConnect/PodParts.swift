// SPDX-License-Identifier: Apache-2.0

internal import JSON
internal import Resources

/// What the pods of workers and coordinators have in common: Pod Security "restricted" asks for most of it (row 303).
enum PodParts {
    static let securityContext: JSON = [
        "runAsNonRoot": true,
        "runAsUser": 65532,
        "runAsGroup": 65532,
        "fsGroup": 65532,
        "seccompProfile": ["type": "RuntimeDefault"],
    ]

    static let containerSecurityContext: JSON = [
        "allowPrivilegeEscalation": false,
        "privileged": false,
        "readOnlyRootFilesystem": true,
        "runAsNonRoot": true,
        "capabilities": ["drop": ["ALL"]],
    ]

    /// The only place a container may write to.
    static let temporaryVolume: JSON = ["name": "tmp", "emptyDir": [:]]
    static let temporaryMount: JSON = ["name": "tmp", "mountPath": "/tmp"]

    static func resources(_ resources: IcebergConnectSpec.Resources) -> JSON {
        func amounts(_ amounts: IcebergConnectSpec.Amounts) -> JSON {
            ["memory": .string(amounts.memory), "cpu": .string(amounts.cpu)]
        }
        return ["requests": amounts(resources.requests), "limits": amounts(resources.limits)]
    }

    static func fieldVariable(_ name: String, _ path: String) -> JSON {
        ["name": .string(name), "valueFrom": ["fieldRef": ["fieldPath": .string(path)]]]
    }

    static func variable(_ name: String, _ value: String) -> JSON { ["name": .string(name), "value": .string(value)] }

    static func port(_ name: String, _ number: Int64) -> JSON {
        ["name": .string(name), "containerPort": .integer(number), "protocol": "TCP"]
    }

    static func pullSecrets(_ name: String?) -> JSON? { name.map { [["name": .string($0)]] } }
}
