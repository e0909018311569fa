// SPDX-License-Identifier: Apache-2.0

/// What to send after the head.
package enum RequestBody: Sendable {
    case none
    case bytes([UInt8])
    /// Asked for the next piece whenever there is room; `nil` ends the body.
    case stream(length: Int64?, @Sendable () async throws -> [UInt8]?)
}
