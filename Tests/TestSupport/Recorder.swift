// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// Collects what happened, in order, from any task.
package final class Recorder<Element: Sendable>: Sendable {
    private let elements = Locked<[Element]>([])

    package init() {}

    package var all: [Element] { elements.withLock { $0 } }

    package func record(_ element: Element) { elements.withLock { $0.append(element) } }

    /// Suspends until at least `count` elements are there. Returns early when the suite's time limit cancels the test.
    package func wait(for count: Int) async {
        await until { all.count >= count }
    }
}
