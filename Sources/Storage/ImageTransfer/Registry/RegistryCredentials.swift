// SPDX-License-Identifier: Apache-2.0

package import Basics

/// How a user of a registry proves who he is.
package enum RegistryCredentials: Hashable, Sendable {
    case password(user: String, password: Secret)
    /// A refresh token, which a token server exchanges for others.
    case identityToken(Secret)
}
