// SPDX-License-Identifier: Apache-2.0

internal import Basics

/// Logs what the API server says in `Warning` headers, each text once, with the object that the first was about.
final class WarningLog: Sendable {
    private static let remembered = 1_000

    private let log: Log
    private let seen = Locked<Set<String>>([])

    init(_ log: Log) { self.log = log }

    func note(_ headers: [(name: String, value: String)], to request: APIRequest) {
        for (name, value) in headers where name == "warning" {
            guard let text = Self.text(of: value) else { continue }
            let isNew = seen.withLock { seen in seen.count < Self.remembered && seen.insert(text).inserted }
            guard isNew else { continue }
            log.warning(
                "The API server warned",
                [
                    "namespace": request.namespace ?? "", "name": request.name ?? "", "request": request.description,
                    "warning": text,
                ]
            )
        }
    }

    /// The text of `299 - "…"`. Other codes are for caches and proxies.
    static func text(of value: String) -> String? {
        guard value.hasPrefix("299 "), let open = value.firstIndex(of: "\"") else { return nil }
        var text = ""
        var isEscaped = false
        for character in value[value.index(after: open)...] {
            if isEscaped {
                text.append(character)
                isEscaped = false
            } else if character == "\\" {
                isEscaped = true
            } else if character == "\"" {
                break
            } else {
                text.append(character)
            }
        }
        return text.isEmpty ? nil : text
    }
}
