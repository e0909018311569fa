// SPDX-License-Identifier: Apache-2.0

internal import Basics
internal import HTTPClient

/// Says for some registries where to send what is meant for them, while references stay as they are written: to the
/// kubelet `localhost:5000` is the node, to a pod it is the pod itself.
package struct RegistryEndpoints: Hashable, Sendable {
    private var origins: [String: String] = [:]

    package init() {}

    /// Reads the setting `REGISTRY_ENDPOINTS`: `registry=url`, separated by commas, such as
    /// `localhost:5000=http://registry.kube-system:5000`.
    ///
    /// - Throws: ``ImageTransferError`` with the code `invalidSettings`.
    package init(parsing text: String) throws(ImageTransferError) {
        for entry in text.split(separator: ",") {
            let parts = entry.split(separator: "=", maxSplits: 1).map { $0.trimmed }
            guard parts.count == 2, let origin = Self.origin(parts[1]), !parts[0].isEmpty, !parts[0].contains("/")
            else {
                throw ImageTransferError(
                    .invalidSettings,
                    "REGISTRY_ENDPOINTS: \"\(entry.trimmed)\" is not registry=url",
                    advice: "write for example localhost:5000=http://registry.kube-system:5000"
                )
            }
            origins[parts[0].lowercased()] = origin
        }
    }

    /// Scheme, host and port, if this registry has an entry.
    package subscript(registry: String) -> String? { origins[registry] }

    private static func origin(_ url: String) -> String? {
        guard let address = HTTPAddress(url), address.path == "/", !address.hasMoreThanPath else { return nil }
        return String(address.origin)
    }
}
