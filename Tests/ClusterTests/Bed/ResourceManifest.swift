// SPDX-License-Identifier: Apache-2.0

/// An `IcebergConnect` with the bed's addresses, one worker, and little processor: what a machine of two cores can promise
/// to a dozen of them.
struct ResourceManifest {
    /// Keys in the resource, as the original's documents have them.
    static let inlineKeys = "accessKeyId: kittiwake, secretAccessKey: kittiwake-secret"

    var name: String
    var namespace = "default"
    /// `nil`: no `s3Config`.
    var storageKeys: String? = inlineKeys
    var bucket = "my-bucket"
    /// The images' fields. By default the image that stands in for workers: it takes a moment and no processor.
    var worker = "s3Path: images/stand-in-worker.tar, tag: v1.0.0"
    var coordinator = "s3Path: images/coordinator-image.tar, tag: v1.0.0"
    var replicas = 1
    /// Further lines of `spec.worker`.
    var settings: [String] = []
    /// Control topic and group of the Iceberg job; of its own by default.
    var job: String?

    /// The whole as YAML.
    var text: String {
        let job = job ?? "\(namespace)-\(name)"
        let address = "region: us-east-1, bucket: \(bucket), endpoint: \"http://box.local:7070\""
        let storage = storageKeys.map { "  s3Config: {\(address)\($0.isEmpty ? "" : ", ")\($0)}\n" } ?? ""
        return """
            apiVersion: kafka.iceberg.apache.org/v1
            kind: IcebergConnect
            metadata: {name: \(name), namespace: \(namespace)}
            spec:
            \(storage)  images:
                worker: {\(worker)}
                coordinator: {\(coordinator)}
              worker:
                replicas: \(replicas)
                resources: {requests: {cpu: 20m, memory: 64Mi}}
                kafka: {bootstrapServers: "box.local:9092"}
                storage: {offsetTopic: \(job)-offsets, configTopic: \(job)-configs, statusTopic: \(job)-status}
            \(settings.map { "    \($0)\n" }.joined())  coordinator:
                resources: {requests: {cpu: 20m, memory: 64Mi}}
                job:
                  controlTopic: \(job)
                  groupId: \(job)
                  catalogProperties: {type: hive, uri: "thrift://hive:9083"}
            """
    }
}
