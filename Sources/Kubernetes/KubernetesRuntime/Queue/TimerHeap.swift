// SPDX-License-Identifier: Apache-2.0

/// Keys that wait for a time, the earliest first. With ten thousand of them a scan at each alarm would be felt.
///
/// A key that is taken out or gets another time leaves its old place behind, which is skipped when its turn comes, and
/// swept away when there are more of those than of the others.
struct TimerHeap<Key: Hashable & Sendable, Value: Sendable, Instant: InstantProtocol>: Sendable {
    private struct Place: Sendable {
        var deadline: Instant
        var number: UInt64
        var key: Key
    }

    private struct Entry: Sendable {
        var deadline: Instant
        var number: UInt64
        var value: Value
    }

    private var places: [Place] = []
    private var entries: [Key: Entry] = [:]
    private var next: UInt64 = 0

    var count: Int { entries.count }

    func deadline(of key: Key) -> Instant? { entries[key]?.deadline }

    /// Sets the time of a key, whatever it was.
    mutating func set(_ key: Key, at deadline: Instant, _ value: Value) {
        next += 1
        entries[key] = Entry(deadline: deadline, number: next, value: value)
        places.append(Place(deadline: deadline, number: next, key: key))
        rise(from: places.count - 1)
        if places.count > 2 * entries.count + 64 { sweep() }
    }

    mutating func remove(_ key: Key) { entries[key] = nil }

    /// The earliest key whose time has come.
    mutating func popDue(at now: Instant) -> (key: Key, value: Value)? {
        while let first = places.first {
            guard let entry = entries[first.key], entry.number == first.number else {
                removeFirst()
                continue
            }
            guard first.deadline <= now else { return nil }
            removeFirst()
            entries[first.key] = nil
            return (first.key, entry.value)
        }
        return nil
    }

    /// The earliest time of all.
    mutating func earliest() -> Instant? {
        while let first = places.first {
            if entries[first.key]?.number == first.number { return first.deadline }
            removeFirst()
        }
        return nil
    }

    private mutating func sweep() {
        places = places.filter { entries[$0.key]?.number == $0.number }
        for index in stride(from: places.count / 2 - 1, through: 0, by: -1) { sink(from: index) }
    }

    private mutating func removeFirst() {
        places.swapAt(0, places.count - 1)
        places.removeLast()
        if !places.isEmpty { sink(from: 0) }
    }

    /// Of equal times the one that was set first.
    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        let (left, right) = (places[left], places[right])
        return left.deadline == right.deadline ? left.number < right.number : left.deadline < right.deadline
    }

    private mutating func rise(from index: Int) {
        var child = index
        while child > 0, isBefore(child, (child - 1) / 2) {
            places.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    private mutating func sink(from index: Int) {
        var parent = index
        while true {
            var first = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < places.count && isBefore(child, first) {
                first = child
            }
            if first == parent { return }
            places.swapAt(parent, first)
            parent = first
        }
    }
}
