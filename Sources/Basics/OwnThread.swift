// SPDX-License-Identifier: Apache-2.0

internal import CSystem
internal import Glibc

/// The kernel gave no thread; `number` is what `errno` would say.
package struct ThreadError: Error {
    package var number: Int32

    package init(number: Int32) { self.number = number }
}

/// Starts a thread for work that blocks or that belongs to a C library. It ends when `body` returns.
///
/// The cooperative pool has one thread for each core; a task that blocks takes one of them from everybody.
package func startThread(_ name: String, _ body: @escaping @Sendable () -> Void) throws(ThreadError) {
    let work = Unmanaged.passRetained(Work(name: name, body: body))
    var thread = pthread_t()
    let result = pthread_create(
        &thread,
        nil,
        { work in
            if let work { Unmanaged<Work>.fromOpaque(work).takeRetainedValue().run() }
            return nil
        },
        work.toOpaque()
    )
    guard result == 0 else {
        work.release()  // the thread that would have done it does not exist
        throw ThreadError(number: result)
    }
    pthread_detach(thread)
}

/// Runs blocking work on a thread of its own and waits for it without blocking.
package func onOwnThread<Value: Sendable>(
    _ name: String,
    _ body: @escaping @Sendable () throws -> Value
) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
        do {
            try startThread(name) { continuation.resume(with: Result { try body() }) }
        } catch {
            continuation.resume(throwing: error)
        }
    }
}

private final class Work: Sendable {
    private let name: String
    private let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }

    func run() {
        pthread_setname_np(pthread_self(), String(name.prefix(15)))  // the kernel takes no more
        body()
    }
}
