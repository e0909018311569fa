// SPDX-License-Identifier: Apache-2.0

package import JSON

/// A Lease: who leads, until when.
package struct Lease: Resource {
    package static let kind = ResourceKind.lease

    package var metadata: ObjectMeta
    /// Empty or `nil`: nobody.
    package var holder: String?
    package var durationSeconds: Int
    package var transitions: Int
    /// RFC 3339 with six fractional digits, by the holder's clock.
    package var acquireTime: String?
    package var renewTime: String?

    package init(_ json: borrowing JSONView) throws(JSONError) {
        metadata = try json.value("metadata")
        let spec: Spec? = try json.optional("spec")
        holder = spec?.holder
        durationSeconds = spec?.durationSeconds ?? 0
        transitions = spec?.transitions ?? 0
        acquireTime = spec?.acquireTime
        renewTime = spec?.renewTime
    }

    private struct Spec: JSONDecodable {
        var holder: String?
        var durationSeconds: Int?
        var transitions: Int?
        var acquireTime: String?
        var renewTime: String?

        init(_ json: borrowing JSONView) throws(JSONError) {
            holder = try json.optional("holderIdentity")
            durationSeconds = try json.optional("leaseDurationSeconds")
            transitions = try json.optional("leaseTransitions")
            acquireTime = try json.optional("acquireTime")
            renewTime = try json.optional("renewTime")
        }
    }
}
