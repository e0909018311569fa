// SPDX-License-Identifier: Apache-2.0

internal import Basics
package import KubernetesModel

extension ClusterAccess {
    /// Finds the API server as `kubectl` and programs in a pod do: the file named on the command line, then
    /// `KUBECONFIG` (a list, divided by colons), then the pod's service account, then `~/.kube/config`.
    ///
    /// - Parameters:
    ///   - kubeconfig: `--kubeconfig`.
    ///   - context: `--context`; with it the service account is passed over.
    ///   - environment: the value of an environment variable.
    /// - Throws: `configuration`, with the places that were looked at.
    package static func search(
        kubeconfig: String? = nil,
        context: String? = nil,
        environment: @Sendable (String) -> String?
    ) async throws(KubernetesError) -> ClusterAccess {
        if let kubeconfig { return try await read([kubeconfig], context, "--kubeconfig") }
        if let list = environment("KUBECONFIG"), !list.isEmpty {
            let paths = list.split(separator: ":").map(String.init)
            return try await read(paths, context, "KUBECONFIG")
        }
        if context == nil, let host = environment("KUBERNETES_SERVICE_HOST"), !host.isEmpty {
            return inCluster(host: host, port: environment("KUBERNETES_SERVICE_PORT") ?? "443")
        }
        guard let home = environment("HOME"), !home.isEmpty else {
            throw KubernetesError(.configuration, "Looking for a kubeconfig: set KUBECONFIG, or give --kubeconfig")
        }
        return try await read(["\(home)/.kube/config"], context, "the home directory")
    }

    private static func read(
        _ paths: [String],
        _ context: String?,
        _ source: String
    ) async throws(KubernetesError) -> ClusterAccess {
        var files: [Kubeconfig.File] = []
        for path in paths {
            do {
                files.append(Kubeconfig.File(path: path, text: try await SmallFile.read(path)))
            } catch let error as SmallFile.Unreadable where error.isMissing {
                continue
            } catch {
                throw KubernetesError(.configuration, "Reading the kubeconfig \(path): \(error)")
            }
        }
        guard !files.isEmpty else {
            let list = paths.joined(separator: ", ")
            throw KubernetesError(.configuration, "Looking for a kubeconfig (\(source)): there is no \(list)")
        }
        do throws(KubeconfigError) {
            return try Kubeconfig(merging: files).access(context: context)
        } catch {
            throw KubernetesError(.configuration, "\(error)")
        }
    }
}
