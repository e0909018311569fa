// SPDX-License-Identifier: Apache-2.0

package import KubernetesModel
package import Resources

/// What another resource holds or wants of the things that only one may have: a worker cluster's name, the
/// name of a coordinator where several namespaces have theirs in one, and an Iceberg job (rows 37 and 72).
package struct IcebergConnectClaimant: Equatable, Sendable {
    /// A job is known by its control topic and group id, on one Kafka cluster.
    package struct Job: Equatable, Sendable {
        package var controlTopic: String
        package var groupID: String
        package var namespace: String
        /// `host:port`; names without a dot are taken for Services of the namespace.
        package var servers: Set<String>

        /// Whether both would write to the same tables under the same name. Two sets of addresses may be one Kafka
        /// cluster without our knowing, so in one namespace the names alone decide.
        func isSame(as other: Job) -> Bool {
            controlTopic == other.controlTopic && groupID == other.groupID
                && (namespace == other.namespace || !servers.isDisjoint(with: other.servers))
        }

        var text: String { "\(controlTopic)/\(groupID)" }
    }

    /// Where Connect keeps its state.
    package struct InternalTopics: Equatable, Sendable {
        package var names: [String]
        package var servers: Set<String>
    }

    package var key: ObjectKey
    package var creationTimestamp: String
    /// What it was granted, from its status.
    package var held: IcebergConnectStatus.Claims
    /// `namespace/cluster`; `nil` without workers, and with an invalid specification.
    package var cluster: String?
    /// `namespace/name` of the coordinator's objects, which bear the resource's name; `nil` with an invalid specification.
    package var coordinator: String?
    /// `nil` with an invalid specification.
    package var job: Job?
    /// Where the workers keep their state; `nil` without workers, and with an invalid specification.
    package var internalTopics: InternalTopics?

    package init(_ resource: IcebergConnect) {
        key = resource.key
        creationTimestamp = resource.metadata.creationTimestamp ?? ""
        held = resource.status?.claims ?? IcebergConnectStatus.Claims()
        guard case .success(let spec) = resource.spec else { return }
        let names = IcebergConnectNames(resource.metadata, spec)
        coordinator = "\(names.coordinatorNamespace)/\(names.job)"
        cluster = spec.coordinatorOnly ? nil : "\(names.workerNamespace)/\(names.cluster)"
        if !spec.coordinatorOnly {
            let servers = BootstrapServers(spec.worker.kafka.bootstrapServers ?? "")
            let topics = spec.worker.storage
            internalTopics = InternalTopics(
                names: [topics.offsetTopic, topics.configTopic, topics.statusTopic],
                servers: servers?.qualified(in: names.workerNamespace) ?? []
            )
        }
        let servers = BootstrapServers(spec.coordinatorKafka.bootstrapServers ?? "")
        job = Job(
            controlTopic: spec.coordinator.job.controlTopic,
            groupID: spec.coordinator.job.groupId,
            namespace: names.coordinatorNamespace,
            servers: servers?.qualified(in: names.coordinatorNamespace) ?? []
        )
    }

    /// Under what a resource is listed for those who want the same for themselves alone.
    package var claimKeys: [String] {
        [
            cluster.map { "cluster \($0)" }, held.cluster.map { "cluster \($0)" },
            coordinator.map { "coordinator \($0)" }, held.coordinator.map { "coordinator \($0)" },
            job.map { "job \($0.text)" }, held.job.map { "job \($0)" },
        ].compactMap { $0 }
    }

    /// Under what it is listed for those who must be warned of sharing a topic with it.
    package var sharedTopicKeys: [String] {
        guard let topics = internalTopics else { return [] }
        return topics.servers.sorted().flatMap { server in topics.names.map { "topic \(server)/\($0)" } }
    }

    /// What a resource that is granted everything holds.
    var claims: IcebergConnectStatus.Claims {
        IcebergConnectStatus.Claims(cluster: cluster, coordinator: coordinator, job: job?.text)
    }
}

/// Why nothing is made of a specification that could be carried out elsewhere or at another time.
struct Refusal: Equatable, Sendable {
    /// The raw value is the reason that conditions show.
    enum Reason: String, Sendable {
        /// Another resource has the better right.
        case duplicateCluster = "DuplicateCluster"
        case duplicateCoordinator = "DuplicateCoordinator"
        case duplicateJob = "DuplicateJob"
        /// Nothing that happens to the pods would be seen.
        case namespaceNotWatched = "NamespaceNotWatched"
    }

    var reason: Reason
    var message: String
}

extension IcebergConnectClaimant {
    /// `nil` if everything can be granted. Who holds a thing keeps it; among those who do not, the older resource wins.
    func refusal(among siblings: [IcebergConnectClaimant]) -> Refusal? {
        if let cluster, let owner = owner(of: cluster, \.cluster, \.cluster, among: siblings) {
            let message = "The worker cluster \(cluster) belongs to \(owner); give worker.clusterName another value"
            return Refusal(reason: .duplicateCluster, message: message)
        }
        if let coordinator, let owner = owner(of: coordinator, \.coordinator, \.coordinator, among: siblings) {
            let message =
                "The coordinator \(coordinator) belongs to \(owner); name another coordinator.namespace, or give the "
                + "resource another name"
            return Refusal(reason: .duplicateCoordinator, message: message)
        }
        guard let job, let owner = owner(of: job, among: siblings) else { return nil }
        let message =
            "The job with control topic \(job.controlTopic) and group id \(job.groupID) belongs to \(owner); "
            + "two coordinators would keep fencing each other"
        return Refusal(reason: .duplicateJob, message: message)
    }

    /// What would be said about a resource that is made after others, as in a file: why it would be refused, and which of
    /// Connect's topics it would share with whom.
    package func problems(after earlier: [IcebergConnectClaimant]) -> (refusal: String?, warnings: [FieldProblem]) {
        var latest = self
        latest.creationTimestamp = "later"  // than any time of day
        return (latest.refusal(among: earlier)?.message, sharedTopics(with: earlier))
    }

    /// Whether the job that this resource was granted, and that its coordinator works on, is another's by now.
    func hasLostItsJob(among siblings: [IcebergConnectClaimant]) -> Bool {
        guard let job, held.job == job.text else { return false }
        return owner(of: job, among: siblings) != nil
    }

    private func owner(
        of name: String,
        _ wanted: KeyPath<IcebergConnectClaimant, String?>,
        _ granted: KeyPath<IcebergConnectStatus.Claims, String?>,
        among siblings: [IcebergConnectClaimant]
    ) -> ObjectKey? {
        others(among: siblings).first { other in
            let holds = other.held[keyPath: granted] == name
            guard holds || other[keyPath: wanted] == name else { return false }
            return other.wins(against: self, holds, held[keyPath: granted] == name)
        }?.key
    }

    private func owner(of job: Job, among siblings: [IcebergConnectClaimant]) -> ObjectKey? {
        others(among: siblings).first { other in
            // An invalid specification does not say its job any more, but the coordinator goes on with it.
            let isSame =
                other.job?.isSame(as: job) ?? (other.held.job == job.text && other.key.namespace == job.namespace)
            return isSame && other.wins(against: self, other.held.job == job.text, held.job == job.text)
        }?.key
    }

    private func others(among siblings: [IcebergConnectClaimant]) -> [IcebergConnectClaimant] {
        siblings.filter { $0.key != key }.sorted { $0.precedes($1) }
    }

    /// Two clusters that keep their state in one topic read each other's connectors and lose their own. It is no reason
    /// to refuse: brokers with the same addresses may be different ones to different pods.
    func sharedTopics(with siblings: [IcebergConnectClaimant]) -> [FieldProblem] {
        guard let mine = internalTopics else { return [] }
        return siblings.filter { $0.key != key && $0.cluster != cluster }.sorted { $0.precedes($1) }.flatMap { other in
            guard let theirs = other.internalTopics, !theirs.servers.isDisjoint(with: mine.servers) else {
                return [FieldProblem]()
            }
            return mine.names.filter(theirs.names.contains).map { topic in
                let message =
                    "shares the topic \(topic) with \(other.key); every Connect cluster needs topics of its own"
                return FieldProblem(field: "spec.worker.storage", message: message)
            }
        }
    }

    private func wins(against other: IcebergConnectClaimant, _ holds: Bool, _ otherHolds: Bool) -> Bool {
        holds == otherHolds ? precedes(other) : holds
    }

    private func precedes(_ other: IcebergConnectClaimant) -> Bool {
        (creationTimestamp, key.description) < (other.creationTimestamp, other.key.description)
    }
}
