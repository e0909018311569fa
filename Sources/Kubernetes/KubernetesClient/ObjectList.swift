// SPDX-License-Identifier: Apache-2.0

package import KubernetesModel

/// A list that is fetched page by page while it is read.
package struct ObjectList<Value: Resource>: AsyncSequence, Sendable {
    package typealias Element = Value
    typealias NextPage = @Sendable (String?) async throws(KubernetesError) -> Page<Value>

    private let nextPage: NextPage

    init(_ nextPage: @escaping NextPage) { self.nextPage = nextPage }

    /// One consumer; asks for the next page when the last one is used up.
    package struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let nextPage: NextPage
        private var items: ArraySlice<Received<Value>> = []
        private var token: String?
        private var isLast = false

        fileprivate init(_ nextPage: @escaping NextPage) { self.nextPage = nextPage }

        package mutating func next() async throws -> Value? {
            while true {
                while let item = items.popFirst() {
                    if let value = item.value { return value }
                }
                if isLast { return nil }
                let page = try await nextPage(token)
                items = page.items[...]
                token = page.continueToken
                isLast = token == nil
            }
        }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(nextPage) }
}
