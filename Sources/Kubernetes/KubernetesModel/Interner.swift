// SPDX-License-Identifier: Apache-2.0

package import JSON

/// Keeps one copy of each text, map and list of owners that many objects have in common: label keys, class names,
/// reasons, and all labels of the objects of one owner.
package struct Interner: Sendable {
    /// When so many are known, it begins anew: who has a copy keeps it, and a table without a bound would keep every
    /// text that ever was.
    package static let capacity = 65_536

    /// Up to here a string stands in its own 16 bytes and needs no memory elsewhere.
    private static let inlineBytes = 15

    private var texts = Table<String>()
    private var maps = Table<MapInOrder>()
    private var owners = Table<[OwnerReference]>()

    package init() {}

    /// An equal text.
    package mutating func callAsFunction(_ text: String) -> String {
        text.utf8.count > Self.inlineBytes ? texts.known(text) ?? texts.add(text) : text
    }

    /// A map with the same entries in the same order.
    package mutating func callAsFunction(_ map: StringMap) -> StringMap {
        if map.entries.isEmpty { return map }
        if let known = maps.known(MapInOrder(map: map)) { return known.map }
        var entries: [(key: String, value: String)] = []
        entries.reserveCapacity(map.entries.count)
        for entry in map.entries { entries.append((self(entry.key), self(entry.value))) }
        return maps.add(MapInOrder(map: StringMap(entries))).map
    }

    /// An equal list.
    package mutating func callAsFunction(_ list: [OwnerReference]) -> [OwnerReference] {
        if list.isEmpty { return list }
        if let known = owners.known(list) { return known }
        var copy: [OwnerReference] = []
        copy.reserveCapacity(list.count)
        for owner in list {
            copy.append(
                OwnerReference(
                    apiVersion: self(owner.apiVersion),
                    kind: self(owner.kind),
                    name: self(owner.name),
                    uid: self(owner.uid),
                    isController: owner.isController
                )
            )
        }
        return owners.add(copy)
    }

    /// Equal only in the same order, because that is kept.
    private struct MapInOrder: Hashable, Sendable {
        let map: StringMap

        static func == (left: MapInOrder, right: MapInOrder) -> Bool {
            left.map.entries.elementsEqual(right.map.entries) { $0.key == $1.key && $0.value == $1.value }
        }

        func hash(into hasher: inout Hasher) {
            for entry in map.entries {
                hasher.combine(entry.key)
                hasher.combine(entry.value)
            }
        }
    }

    private struct Table<Element: Hashable & Sendable>: Sendable {
        private var elements: Set<Element> = []

        func known(_ element: Element) -> Element? { elements.firstIndex(of: element).map { elements[$0] } }

        mutating func add(_ element: Element) -> Element {
            if elements.count >= Interner.capacity { elements = [] }
            elements.insert(element)
            return element
        }
    }
}

extension ObjectMeta {
    /// Replaces what many objects have in common. Names and UIDs are an object's own and stay.
    package mutating func intern(with interner: inout Interner) {
        namespace = namespace.map { interner($0) }
        creationTimestamp = creationTimestamp.map { interner($0) }
        labels = interner(labels)
        annotations = interner(annotations)
        finalizers = finalizers.map { interner($0) }
        ownerReferences = interner(ownerReferences)
    }
}
