// SPDX-License-Identifier: Apache-2.0

package import Basics
internal import HTTPServer

/// What the server does wrong once.
package enum Fault: Sendable {
    /// Instead of the answer.
    case status(Int, reason: String, retryAfter: Int? = nil)
    /// The write is done, and the connection ends before the answer.
    case lostAnswer
    /// The answer waits for the latch.
    case slow(Latch)
    /// The stream ends without a line.
    case closed
    /// The first line of the stream ends in the middle, and so does the connection.
    case cutLine
    /// The lines of the stream arrive a few bytes at a time.
    case pieces
    /// A line that is longer than any object.
    case longLine
    /// A line that is not JSON.
    case garbage
    /// An ERROR event with code 410.
    case expired
    /// Lists and reads show what was there at this version.
    case past(Int)
}

/// A fault, and the request that it waits for.
struct PendingFault: Sendable {
    var fault: Fault
    var applies: @Sendable (ServerRequest) -> Bool
}
