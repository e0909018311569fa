// SPDX-License-Identifier: Apache-2.0

/// Whose an object is, as far as it shows: one rule for those who plan and for who carries out.
package enum ObjectOwner: Equatable, Sendable {
    /// The resource with this UID has made it.
    case resource(uid: String)
    /// We have made it, and somebody has removed what said for whom: it belongs to whoever wants its name.
    case unmarked
    /// Not made by us.
    case stranger

    /// - Parameters:
    ///   - label: of the owner's UID, for objects that are in another namespace than their owner. The reference to a
    ///     controller counts more. An owner that is not the controller has not made the object: users tie objects of
    ///     theirs to a resource so that they go with it.
    ///   - isOurs: whether our field manager has ever applied a part of it.
    package init(of metadata: ObjectMeta, label: String?, isOurs: Bool) {
        if let uid = metadata.controller?.uid ?? label.flatMap({ metadata.labels[$0] }) {
            self = .resource(uid: uid)
        } else {
            self = isOurs ? .unmarked : .stranger
        }
    }
}
