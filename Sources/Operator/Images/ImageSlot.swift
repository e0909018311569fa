// SPDX-License-Identifier: Apache-2.0

package import KubernetesModel
package import Planning

/// One image of one resource. With the UID, because a resource that is made anew under the same name is another one.
package struct ImageSlot: Hashable, Sendable {
    package var resource: ObjectKey
    package var uid: String
    package var role: ImageRole
}
