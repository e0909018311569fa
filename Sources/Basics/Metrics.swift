// SPDX-License-Identifier: Apache-2.0

internal import Synchronization

/// Counters, gauges and histograms in the text format of Prometheus.
///
/// An instrument is looked up once and kept; counting is one atomic addition.
package final class Metrics: Sendable {
    package typealias Labels = KeyValuePairs<String, String>

    /// Only grows.
    package final class Counter: Sendable {
        fileprivate let value = Atomic<Int>(0)

        /// Callable from any thread.
        package func add(_ amount: Int = 1) { value.wrappingAdd(amount, ordering: .relaxed) }
    }

    /// Goes up and down.
    package final class Gauge: Sendable {
        fileprivate let bits = Atomic<UInt64>(0)

        /// Callable from any thread.
        package func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }
    }

    /// Counts values by size.
    package final class Histogram: Sendable {
        fileprivate struct State: Sendable {
            var counts: [Int]
            var sum = 0.0
        }

        fileprivate let bounds: [Double]
        private let state: Locked<State>

        fileprivate init(bounds: [Double]) {
            self.bounds = bounds
            state = Locked(State(counts: Array(repeating: 0, count: bounds.count + 1)))
        }

        /// Callable from any thread.
        package func observe(_ value: Double) {
            let index = bounds.firstIndex { value <= $0 } ?? bounds.count
            state.withLock { state in
                state.counts[index] += 1
                state.sum += value
            }
        }

        fileprivate var snapshot: State { state.withLock { $0 } }
    }

    private enum Instrument: Sendable {
        case counter(Counter)
        case gauge(Gauge)
        case histogram(Histogram)
    }

    private struct Family: Sendable {
        let type: String
        let help: String
        var series: [String: Instrument] = [:]
    }

    package static let seconds = [0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60]

    private let families = Locked<[String: Family]>([:])

    package init() {}

    /// The counter with this name and these labels, made when first asked for.
    package func counter(_ name: String, _ help: String, _ labels: Labels = [:]) -> Counter {
        guard case .counter(let counter) = instrument(name, "counter", help, labels, { .counter(Counter()) })
        else { preconditionFailure("\(name) is not a counter") }
        return counter
    }

    /// The gauge with this name and these labels, made when first asked for.
    package func gauge(_ name: String, _ help: String, _ labels: Labels = [:]) -> Gauge {
        guard case .gauge(let gauge) = instrument(name, "gauge", help, labels, { .gauge(Gauge()) })
        else { preconditionFailure("\(name) is not a gauge") }
        return gauge
    }

    /// The histogram with this name and these labels, made when first asked for.
    ///
    /// - Parameter bounds: upper limits of the buckets, growing; the one without limit is added.
    package func histogram(
        _ name: String,
        _ help: String,
        _ labels: Labels = [:],
        bounds: [Double] = Metrics.seconds
    ) -> Histogram {
        let make = { Instrument.histogram(Histogram(bounds: bounds)) }
        guard case .histogram(let histogram) = instrument(name, "histogram", help, labels, make)
        else { preconditionFailure("\(name) is not a histogram") }
        return histogram
    }

    /// Everything there is, sorted, as `/metrics` gives it.
    package func text() -> String {
        let families = families.withLock { $0 }
        var text = ""
        for (name, family) in families.sorted(by: { $0.key < $1.key }) {
            text += "# HELP \(name) \(family.help)\n# TYPE \(name) \(family.type)\n"
            for (labels, instrument) in family.series.sorted(by: { $0.key < $1.key }) {
                text += Self.lines(name, labels, instrument)
            }
        }
        return text
    }

    private func instrument(
        _ name: String,
        _ type: String,
        _ help: String,
        _ labels: Labels,
        _ make: () -> Instrument
    ) -> Instrument {
        let key = labels.map { MetricText.label($0.key, $0.value) }.joined(separator: ",")
        return families.withLock { families in
            if let existing = families[name]?.series[key] { return existing }
            let new = make()
            families[name, default: Family(type: type, help: help)].series[key] = new
            return new
        }
    }

    private static func lines(_ name: String, _ labels: String, _ instrument: Instrument) -> String {
        let braces = labels.isEmpty ? "" : "{\(labels)}"
        switch instrument {
        case .counter(let counter): return "\(name)\(braces) \(counter.value.load(ordering: .relaxed))\n"
        case .gauge(let gauge):
            return "\(name)\(braces) \(Double(bitPattern: gauge.bits.load(ordering: .relaxed)))\n"
        case .histogram(let histogram):
            let state = histogram.snapshot
            let prefix = labels.isEmpty ? "" : "\(labels),"
            var text = ""
            var total = 0
            for (bound, count) in zip(histogram.bounds.map { "\($0)" } + ["+Inf"], state.counts) {
                total += count
                text += "\(name)_bucket{\(prefix)le=\"\(bound)\"} \(total)\n"
            }
            return text + "\(name)_sum\(braces) \(state.sum)\n\(name)_count\(braces) \(total)\n"
        }
    }
}
