// SPDX-License-Identifier: Apache-2.0

package import Testing

/// Names the rows of `docs/capabilities.md` that a test proves. `make coverage-of-capabilities` lists them.
package struct RowsTrait: TestTrait, SuiteTrait {
    package let rows: [Int]
}

extension Trait where Self == RowsTrait {
    /// `@Test(.rows(21, 27))`: the numbers are written as literals, because a script reads them.
    package static func rows(_ rows: Int...) -> RowsTrait { RowsTrait(rows: rows) }
}
