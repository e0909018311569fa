// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import CommandLine
internal import HTTPClient
internal import ImageTransfer
internal import JSON
internal import ObjectStorage

/// `kittiwake image copy`: what the operator does with an image, by hand.
let imageCopyCommand = Program.Subcommand(
    Command(
        "kittiwake image copy",
        """
        Copies an image from an archive into a registry, without Docker and without a disk.

        SOURCE is s3://bucket/key, a file, or - for standard input: an archive made by docker save, or an OCI layout in
        a tar, plain or compressed by gzip or zstd. TARGET is registry/name:tag. Credentials for S3 come from the
        AWS_* variables, a web identity, or the role of the pod or the machine. The result is the image's reference by
        digest, on standard output.

        What TARGET stands for is believed about the content of its layers, so that those that have not changed are
        neither read nor sent. Use --fresh where others may push to the same repository.
        """,
        options: [
            .value("region", placeholder: "REGION", environment: "AWS_REGION", "where the bucket is"),
            .value(
                "endpoint",
                placeholder: "URL",
                environment: "AWS_ENDPOINT_URL_S3",
                "an object store that is not Amazon's: http://minio:9000"
            ),
            .value("s3-ca", placeholder: "FILE", environment: "AWS_CA_BUNDLE", "authorities of the store, PEM"),
            .value("image", placeholder: "NAME", "which of several images in the archive: repository:tag or a tag"),
            .value("platform", placeholder: "OS/ARCH", default: "linux/amd64", "which of several platforms"),
            .flag("plain-http", "use plain HTTP for the registry, which is the default for localhost"),
            .value("ca", placeholder: "FILE", "authorities of the registry, PEM; means TLS for localhost too"),
            .value(
                "authfile",
                placeholder: "FILE",
                environment: "REGISTRY_AUTH_FILE",
                "credentials for registries, as docker login writes them (default: ~/.docker/config.json)"
            ),
            .flag(
                "fresh",
                "do not trust what the registry reports about layers: read, compress and send all of them"
            ),
            .flag("json", "print one JSON object instead of the reference"),
            .flag("quiet", short: "q", "show no progress"),
        ],
        arguments: ["SOURCE", "TARGET"],
        example: "docker save worker:1.0 | kittiwake image copy - localhost:5000/iceberg-kafka-connect-worker:1.0"
    )
) { call in
    try await ImageCopy(call).run()
}

/// One call of `kittiwake image copy`.
private struct ImageCopy {
    let call: Program.Call
    var options: Invocation { call.invocation }

    init(_ call: Program.Call) { self.call = call }

    func run() async throws -> ExitCode {
        keepFreedMemory(upTo: 4 << 20)
        let job = try await job()
        let progress = ImageCopyProgress(call.console, isQuiet: options.has("quiet"))
        defer { progress.end() }
        let outcome = try await ImageTransfer(HTTPClient()).transfer(job) { progress.show($0) }
        progress.end()
        let reference = job.target.pinned(to: outcome.digest)
        call.console.print(options.has("json") ? json(outcome, job, reference) : "\(reference)")
        return .success
    }

    private func job() async throws -> ImageTransferJob {
        if options.has("plain-http"), options["ca"] != nil {
            throw UsageError("--plain-http and --ca exclude each other: authorities are asked with TLS only")
        }
        let target: ImageReference
        let platform: Platform
        do {
            target = try ImageReference(parsing: options.arguments[1])
            platform = try Platform(parsing: options["platform"] ?? "linux/amd64")
        } catch {
            throw UsageError("\(error)")
        }
        return ImageTransferJob(
            source: try await source(options.arguments[0]),
            target: target,
            access: RegistryAccess(
                credentials: try await credentials(for: target),
                endpoints: try RegistryEndpoints(parsing: call.environment["REGISTRY_ENDPOINTS"] ?? ""),
                plainHTTP: options.has("plain-http"),
                // Who names authorities means TLS.
                isLoopbackPlain: options["ca"] == nil,
                tls: try await tls("ca")
            ),
            image: options["image"],
            platform: platform,
            trustsTarget: !options.has("fresh")
        )
    }

    private func source(_ text: String) async throws -> any ByteSource {
        guard text.hasPrefix("s3:") else { return text == "-" ? LocalFile.standardInput : LocalFile(text) }
        let region = options["region"] ?? call.environment["AWS_DEFAULT_REGION"]
        let endpoint = options["endpoint"]
        guard region != nil || endpoint != nil else {
            throw UsageError("--region or --endpoint has to say where the bucket is")
        }
        guard let location = S3Location(url: text, region: region ?? "us-east-1", endpoint: endpoint) else {
            throw UsageError("\"\(text)\" is not s3://bucket/key")
        }
        let client = HTTPClient()
        let provider = EnvironmentCredentials(client, call.environment, region: location.region)
        return S3Object(S3Client(client, location, provider, tls: try await tls("s3-ca")))
    }

    private func tls(_ option: String) async throws -> TLSMaterial {
        guard let path = options[option] else { return TLSMaterial() }
        return TLSMaterial(authorities: try await read(path))
    }

    /// A file that was named has to be there; the usual one may be missing.
    private func credentials(for target: ImageReference) async throws -> RegistryCredentials? {
        if let path = options["authfile"] {
            return try DockerConfiguration(parsing: try await read(path)).credentials(for: target)
        }
        guard let folder = call.environment["DOCKER_CONFIG"] ?? call.environment["HOME"].map({ "\($0)/.docker" }) else {
            return nil
        }
        // It need not be there.
        guard let bytes = try? await SmallFile.read("\(folder)/config.json") else { return nil }
        return try DockerConfiguration(parsing: bytes).credentials(for: target)
    }

    private func read(_ path: String) async throws -> [UInt8] {
        do {
            return try await SmallFile.read(path, upTo: ByteCount(4 << 20))
        } catch {
            throw UsageError("\(path): \(error)")
        }
    }

    private func json(_ outcome: ImageTransferOutcome, _ job: ImageTransferJob, _ reference: ImageReference) -> String {
        let layers = outcome.layers.map { layer -> JSON in
            [
                "digest": "\(layer.descriptor.digest)", "diffID": "\(layer.diffID)",
                "size": .integer(layer.descriptor.size), "wasThere": .bool(layer.wasThere),
            ]
        }
        let object: JSON = [
            "reference": "\(reference)", "tagged": "\(job.target)", "digest": "\(outcome.digest)",
            "bytesRead": .integer(outcome.bytesRead), "bytesSent": .integer(outcome.bytesSent),
            "layers": .array(layers),
        ]
        return String(decoding: object.jsonBytes, as: UTF8.self)
    }
}
