// SPDX-License-Identifier: Apache-2.0

internal import Operator
internal import Planning

/// How the operator's wishes for images become transfers.
struct ImageTransferring: Sendable {
    let settings: OperatorSettings

    init(_ settings: OperatorSettings) { self.settings = settings }

    let transfer: Operator.Transfer = { job, known, report in
        throw ImageFailure(reason: "NotBuilt", message: "no image transfer")
    }
}
