// SPDX-License-Identifier: Apache-2.0

internal import Resources

/// Where inline S3 keys are kept (000.5 d). The resource itself is never changed, so they stand there too until the user
/// takes them out.
enum S3Secret {
    static func object(_ spec: IcebergConnectSpec, _ names: IcebergConnectNames) -> DesiredObject? {
        guard spec.readsFromS3, case .inline(let id, let key) = spec.s3Config?.credentials else { return nil }
        return .secret(
            names.s3SecretObject.key,
            labels: names.coordinatorLabels,
            annotations: names.rawNames,
            data: [("access-key-id", id), ("secret-access-key", key)]
        )
    }
}
