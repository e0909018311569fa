// SPDX-License-Identifier: Apache-2.0

package import JSON
internal import KubernetesModel

extension IcebergConnectStatus: JSONDecodable {
    /// Fails never: a field that cannot be read, because another version or somebody's hand wrote it, is found out and
    /// written anew. The others count, above all what the resource holds and since when its conditions are so.
    package init(_ json: borrowing JSONView) {
        let phase: String? = try? json.optional("phase")
        self.init(
            phase: phase.flatMap(Phase.init(rawValue:)) ?? .pending,
            message: (try? json.optional("message")) ?? "",
            observedGeneration: try? json.optional("observedGeneration"),
            conditions: (try? json.optional("conditions")) ?? [],
            workerStatus: try? json.optional("workerStatus"),
            coordinatorStatus: try? json.optional("coordinatorStatus"),
            selector: try? json.optional("selector"),
            images: (try? json.optional("images")) ?? Images(),
            transfers: (try? json.optional("transfers")) ?? Transfers(),
            connect: try? json.optional("connect"),
            credentialsSecret: try? json.optional("credentialsSecret"),
            claims: (try? json.optional("claims")) ?? Claims()
        )
    }
}

extension IcebergConnectStatus: JSONEncodable {
    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("phase", phase.rawValue)
            writer.field("message", message)
            writer.field("observedGeneration", observedGeneration)
            writer.field("conditions", conditions)
            writer.field("workerStatus", workerStatus)
            writer.field("coordinatorStatus", coordinatorStatus)
            writer.field("selector", selector)
            writer.field("images", images == Images() ? nil : images)
            writer.field("transfers", transfers == Transfers() ? nil : transfers)
            writer.field("connect", connect)
            writer.field("credentialsSecret", credentialsSecret)
            writer.field("claims", claims == Claims() ? nil : claims)
        }
    }
}

extension IcebergConnectStatus.Pods: JSONDecodable, JSONEncodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        self.init(
            ready: try json.optional("ready") ?? 0,
            desired: try json.optional("desired") ?? 0,
            replicas: try json.optional("replicas") ?? 0,
            image: try json.optional("image")
        )
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("ready", ready)
            writer.field("desired", desired)
            writer.field("replicas", replicas)
            writer.field("image", image)
        }
    }
}

extension IcebergConnectStatus.ByRole: JSONDecodable, JSONEncodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        self.init(worker: try json.optional("worker"), coordinator: try json.optional("coordinator"))
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("worker", worker)
            writer.field("coordinator", coordinator)
        }
    }
}

extension IcebergConnectStatus.Image: JSONDecodable, JSONEncodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        self.init(
            source: try json.value("source"),
            etag: try json.optional("etag"),
            digest: try json.optional("digest"),
            reference: try json.value("reference"),
            containsKittiwake: try json.optional("containsKittiwake")
        )
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("source", source)
            writer.field("etag", etag)
            writer.field("digest", digest)
            writer.field("reference", reference)
            writer.field("containsKittiwake", containsKittiwake)
        }
    }
}

extension IcebergConnectStatus.Transfer: JSONDecodable, JSONEncodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        self.init(source: try json.value("source"), layers: try json.optional("layers") ?? [])
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("source", source)
            writer.field("layers", layers)
        }
    }
}

extension IcebergConnectStatus.Layer: JSONDecodable, JSONEncodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        self.init(
            diffID: try json.value("diffID"),
            digest: try json.value("digest"),
            size: try json.value("size"),
            mediaType: try json.value("mediaType"),
            containsKittiwake: try json.optional("containsKittiwake")
        )
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("diffID", diffID)
            writer.field("digest", digest)
            writer.field("size", size)
            writer.field("mediaType", mediaType)
            writer.field("containsKittiwake", containsKittiwake)
        }
    }
}

extension IcebergConnectStatus.Connect: JSONDecodable, JSONEncodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        self.init(
            url: try json.value("url"),
            version: try json.optional("version"),
            plugins: try json.optional("plugins") ?? []
        )
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("url", url)
            writer.field("version", version)
            writer.field("plugins", plugins.isEmpty ? nil : plugins)
        }
    }
}

extension IcebergConnectStatus.Plugin: JSONDecodable, JSONEncodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        self.init(
            className: try json.value("class"),
            type: try json.optional("type") ?? "",
            version: try json.optional("version")
        )
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("class", className)
            writer.field("type", type)
            writer.field("version", version)
        }
    }
}

extension IcebergConnectStatus.Claims: JSONDecodable, JSONEncodable {
    package init(_ json: borrowing JSONView) throws(JSONError) {
        self.init(
            cluster: try json.optional("cluster"),
            coordinator: try json.optional("coordinator"),
            job: try json.optional("job")
        )
    }

    package func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("cluster", cluster)
            writer.field("coordinator", coordinator)
            writer.field("job", job)
        }
    }
}
