// SPDX-License-Identifier: Apache-2.0

/// Which of the two images.
package enum ImageRole: String, CaseIterable, Comparable, Sendable {
    case coordinator
    case worker

    package static func < (left: ImageRole, right: ImageRole) -> Bool { left.rawValue < right.rawValue }
}
