// SPDX-License-Identifier: Apache-2.0

import KubernetesClient
import Testing

/// A failed expectation unless `body` throws an error of the client with this code.
func expect(
    _ code: KubernetesError.Code,
    _ body: () async throws -> Void,
    sourceLocation: SourceLocation = #_sourceLocation
) async {
    do {
        try await body()
        Issue.record("\(code) was expected", sourceLocation: sourceLocation)
    } catch {
        #expect((error as? KubernetesError)?.code == code, sourceLocation: sourceLocation)
    }
}
