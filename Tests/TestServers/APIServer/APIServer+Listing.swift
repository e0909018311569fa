// SPDX-License-Identifier: Apache-2.0

internal import Foundation
internal import HTTPServer
internal import JSON

extension APIServer {
    /// A list, whole or page by page. All pages show the moment of the first.
    func list(_ request: ServerRequest, _ route: APIRoute, _ fault: Fault?) throws(APIProblem) -> ServerResponse {
        let limit = route.query["limit"].flatMap(Int.init) ?? .max
        let token = route.query["continue"] ?? ""
        let page = state.withLock { state -> Page? in
            let version: Int
            var items: [StoredObject]
            if let begun = state.pages[token] {
                (version, items) = begun
            } else if !token.isEmpty {
                return nil
            } else if case .past(let past)? = fault {
                (version, items) = (past, state.table.objects(route.collection, at: past))
                items = items.filter(route.selects)
            } else {
                (version, items) = (state.table.version, state.table.objects(route.collection))
                items = items.filter(route.selects)
            }
            guard items.count > limit else { return Page(version: version, items: items) }
            let next = UUID().uuidString
            state.pages[next] = (version, Array(items.dropFirst(limit)))
            return Page(version: version, items: Array(items.prefix(limit)), next: next)
        }
        guard let page else { throw APIProblem(410, "Expired", "the provided continue parameter is too old") }
        return .json(200, page.json(request.wantsMetadataOnly))
    }

    private struct Page: Sendable {
        var version: Int
        var items: [StoredObject]
        var next: String?

        /// The items of a list carry no kind, as those of built-in kinds.
        func json(_ isMetadataOnly: Bool) -> JSON {
            let items = items.map { item in
                var shown = isMetadataOnly ? item.metadataOnly : item.shown
                shown["apiVersion"] = nil
                shown["kind"] = nil
                return shown
            }
            return [
                "kind": isMetadataOnly ? "PartialObjectMetadataList" : "List",
                "apiVersion": isMetadataOnly ? "meta.k8s.io/v1" : "v1",
                "metadata": ["resourceVersion": .string("\(version)"), "continue": next.map { .string($0) }],
                "items": .array(items),
            ]
        }
    }
}
