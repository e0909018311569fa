// SPDX-License-Identifier: Apache-2.0

import Basics
import Testing

@Suite
struct MetricsTests {
    @Test func instrumentsAreKeptAndPrinted() {
        let metrics = Metrics()
        metrics.counter("restarts_total", "Restarts of tasks.", ["connector": "o\"r"]).add(2)
        metrics.counter("restarts_total", "Restarts of tasks.", ["connector": "o\"r"]).add()
        metrics.gauge("leading", "1 if this process leads.").set(1)
        let histogram = metrics.histogram("commit_seconds", "Duration of commits.", bounds: [0.1, 1])
        for value in [0.05, 0.5, 5] { histogram.observe(value) }
        #expect(
            metrics.text() == """
                # HELP commit_seconds Duration of commits.
                # TYPE commit_seconds histogram
                commit_seconds_bucket{le="0.1"} 1
                commit_seconds_bucket{le="1.0"} 2
                commit_seconds_bucket{le="+Inf"} 3
                commit_seconds_sum 5.55
                commit_seconds_count 3
                # HELP leading 1 if this process leads.
                # TYPE leading gauge
                leading 1.0
                # HELP restarts_total Restarts of tasks.
                # TYPE restarts_total counter
                restarts_total{connector="o\\"r"} 3

                """
        )
    }
}
