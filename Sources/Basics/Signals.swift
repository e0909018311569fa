// SPDX-License-Identifier: Apache-2.0

internal import Dispatch
internal import Glibc

/// Turns a Unix signal into an `AsyncSequence`.
package struct Signals: Sendable {
    /// A doorbell: one ring is remembered, more are not needed. What to do is in the state, not in the stream.
    package let arrivals: AsyncStream<Void>

    /// `@unchecked`: Dispatch objects may be used from any thread; their Swift protocols do not say so yet.
    private struct Source: @unchecked Sendable {
        let raw: any DispatchSourceSignal
    }

    /// Returns once the signal is really being listened for: one that is sent right after the start is not lost.
    package init(_ number: Int32) async {
        signal(number, SIG_IGN)  // otherwise the default action ends the process before Dispatch sees the signal
        let source = Source(raw: DispatchSource.makeSignalSource(signal: number))
        let (stream, bell) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        // Without `@Sendable` the closure inherits the isolation of the place where it is written. Written in
        // `static func main()` that is the main actor: it compiles, and it traps when Dispatch calls it.
        source.raw.setEventHandler { @Sendable in bell.yield() }
        bell.onTermination = { @Sendable _ in source.raw.cancel() }
        await withCheckedContinuation { registered in
            source.raw.setRegistrationHandler { @Sendable in registered.resume() }
            source.raw.activate()
        }
        arrivals = stream
    }
}
