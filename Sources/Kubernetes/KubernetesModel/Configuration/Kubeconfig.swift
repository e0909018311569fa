// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import JSON

/// Kubeconfig files, merged as `kubectl` merges those of `KUBECONFIG`: for every name and for the current context the
/// first file that has it wins.
package struct Kubeconfig: Sendable {
    /// One file that exists.
    package struct File: Sendable {
        /// As it was found. Relative paths in the file start from its folder.
        package var path: String
        package var text: [UInt8]

        package init(path: String, text: [UInt8]) {
            self.path = path
            self.text = text
        }
    }

    private var clusters: [String: KubeconfigCluster] = [:]
    private var users: [String: KubeconfigUser] = [:]
    private var contexts: [String: KubeconfigContext] = [:]
    private var currentContext: String?

    /// - Parameter files: in the order of the list; those that do not exist are left out of it.
    package init(merging files: [File]) throws(KubeconfigError) {
        for file in files {
            let content = try KubeconfigFile(file)
            clusters.merge(content.clusters) { first, _ in first }
            users.merge(content.users) { first, _ in first }
            contexts.merge(content.contexts) { first, _ in first }
            if currentContext == nil { currentContext = content.currentContext }
        }
    }

    /// The names of the contexts, sorted: what a message can offer.
    package var contextNames: [String] { contexts.keys.sorted() }

    /// What one context means.
    ///
    /// - Parameter name: `nil`: the current context.
    package func access(context name: String? = nil) throws(KubeconfigError) -> ClusterAccess {
        guard let name = name ?? currentContext else {
            throw KubeconfigError(
                .missing,
                "no context is selected: set current-context, or name one of \(contextNames)"
            )
        }
        guard let context = contexts[name] else {
            throw KubeconfigError(.missing, "there is no context \"\(name)\", only \(contextNames)")
        }
        guard let cluster = clusters[context.cluster] else {
            throw KubeconfigError(
                .missing,
                "context \"\(name)\" names a cluster \"\(context.cluster)\" that does not exist"
            )
        }
        var access = try cluster.access(name: context.cluster)
        if !context.user.isEmpty {
            guard let user = users[context.user] else {
                throw KubeconfigError(
                    .missing,
                    "context \"\(name)\" names a user \"\(context.user)\" that does not exist"
                )
            }
            try user.complete(&access, name: context.user)
        }
        return access
    }
}

/// Why a kubeconfig cannot be used. Quotes names and paths, never values.
package struct KubeconfigError: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong with it.
    package enum Code: Equatable, Sendable {
        /// Neither YAML nor JSON, or of another shape.
        case malformed
        /// Something that is named and is not there.
        case missing
        /// Two settings exclude each other.
        case contradictory
        /// Something that we do not do.
        case unsupported
    }

    package var code: Code
    package var message: String

    package init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    package var description: String { "Reading the kubeconfig: \(message)" }
}
