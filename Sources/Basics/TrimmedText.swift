// SPDX-License-Identifier: Apache-2.0

extension StringProtocol {
    /// Without white space and line breaks at both ends.
    package var trimmed: String {
        guard let start = firstIndex(where: { !$0.isWhitespace }), let end = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[start...end])
    }
}
