// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// A value that only one thread at a time can look at.
///
/// It has the shape of `Synchronization.Mutex`, but it is a class around a `pthread_mutex_t`. ThreadSanitizer
/// understands pthread locks; it does not see the futex inside `Mutex` and reports a race for every value such a
/// lock guards. The price is one allocation for each lock. For the same sanitizer's sake the value must have a size:
/// `Locked(())` has the address of something else.
///
/// A closure has to be in a struct: by itself, as the generic value, Swift converts it at each look and puts the
/// converted one back, so that it becomes a chain which is longer each time.
///
/// `@unchecked` is right because `value` is reached only between lock and unlock, and `sending` keeps a caller from
/// carrying a piece of it out.
package final class Locked<Value: ~Copyable>: @unchecked Sendable {
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private var value: Value

    // The formatter of Swift 6.0 would print `sendingValue` here and below, so it must keep off.
    // swift-format-ignore
    package init(_ value: consuming sending Value) {
        self.value = value
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    /// Runs `body` alone. Decide in here; resume continuations and call others only after it has returned.
    // swift-format-ignore
    package func withLock<Result: ~Copyable, Failure: Error>(
        _ body: (inout sending Value) throws(Failure) -> sending Result
    ) throws(Failure) -> sending Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }
}
