// SPDX-License-Identifier: Apache-2.0

internal import HTTPClient

/// Addresses as registries write them, and what is said about them.
extension Registry {
    /// For messages: without the query, which may carry the state of an upload.
    func shown(_ call: Call) -> String {
        "\(call.method) \(call.url.hasPrefix("/") ? origin : "")\(call.url.prefix { $0 != "?" })"
    }

    func unreachable(_ error: HTTPError, _ method: String) -> ImageTransferError {
        ImageTransferError(
            .registryUnreachable,
            "\(method) \(origin)/v2/\(name): \(error)",
            advice: "check that the registry runs and is reached from here; REGISTRY_ENDPOINTS says where to send"
        )
    }

    /// A path of ours, or an address that the registry named.
    func unsendable(_ error: HTTPError, _ call: Call) -> ImageTransferError {
        ImageTransferError(
            call.url.hasPrefix("/") ? .invalidSettings : .registryRefused,
            "\(shown(call)) cannot be sent: \(error)",
            advice: "check the registry's address and its credentials"
        )
    }

    /// The token was good when it was given; what it was sent with is gone and has to be made again.
    func aged(_ call: Call) -> ImageTransferError {
        ImageTransferError(
            .registryFailing,
            "\(shown(call)) was answered with 401: the registry takes its own token no longer"
        )
    }

    func elsewhere(_ call: Call, _ url: HTTPAddress) -> ImageTransferError {
        let place = url.text.prefix { $0 != "?" }
        return ImageTransferError(
            .registryUnauthorized,
            "\(call.method) \(place) was answered with 401: the registry \(origin) sends us there, but that is not its own "
                + "address, so it does not get the registry's credentials",
            advice: "tell the registry its outside address, for example with X-Forwarded-Host and X-Forwarded-Proto"
        )
    }

    /// A path of ours, or where the registry sends us.
    func address(_ location: String, from base: HTTPAddress) throws -> HTTPAddress {
        guard let address = base.resolving(location) else {
            throw ImageTransferError(
                .registryRefused,
                "The registry \(origin) answers with an address that nothing can be sent to",
                advice: "check that the address is that of a registry"
            )
        }
        guard address.isSecure || !base.isSecure else {
            throw ImageTransferError(
                .registryRefused,
                "The registry \(origin) is reached over TLS but answers with an address without TLS",
                advice: "tell the registry its outside address, for example with X-Forwarded-Proto"
            )
        }
        return address
    }
}
