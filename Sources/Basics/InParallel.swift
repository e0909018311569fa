// SPDX-License-Identifier: Apache-2.0

/// What `body` makes of each item, in the order of the items, at most so many at the same time. The first failure
/// cancels the others and is thrown when they have ended.
package func inParallel<Item: Sendable, Value: Sendable>(
    _ items: [Item],
    atMost limit: Int,
    _ body: @escaping @Sendable (Item) async throws -> Value
) async throws -> [Value] {
    var waiting = items.enumerated().makeIterator()
    var values = [Value?](repeating: nil, count: items.count)
    try await withThrowingTaskGroup(of: (Int, Value).self) { group in
        func begin() {
            guard let (index, item) = waiting.next() else { return }
            group.addTask { (index, try await body(item)) }
        }
        for _ in 0..<limit { begin() }
        while let (index, value) = try await group.next() {
            values[index] = value
            begin()
        }
    }
    return values.compactMap { $0 }
}
