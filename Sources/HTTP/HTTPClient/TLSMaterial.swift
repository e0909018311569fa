// SPDX-License-Identifier: Apache-2.0

/// PEM text, handed to the library from memory: no temporary files. With authorities, those of the system count no more.
package struct TLSMaterial: Sendable, Hashable {
    package var authorities: [UInt8]?
    package var certificate: [UInt8]?
    package var privateKey: [UInt8]?
    /// Accepts any certificate of the peer. Whoever sets it has been told to by the user.
    package var skipsVerification = false

    package init(authorities: [UInt8]? = nil, certificate: [UInt8]? = nil, privateKey: [UInt8]? = nil) {
        self.authorities = authorities
        self.certificate = certificate
        self.privateKey = privateKey
    }
}
