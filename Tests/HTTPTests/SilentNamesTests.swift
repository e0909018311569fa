// SPDX-License-Identifier: Apache-2.0

import Basics
import Dispatch
public import Glibc
import HTTPClient
import HTTPServer
import TestSupport
import Testing

/// A server for names that does not answer: it must not hold up transfers that have nothing to do with it.
@Suite(.serialized, .timeLimit(.minutes(1)))
struct SilentNamesTests {
    @Test(arguments: [true, false]) func aNameThatNobodyAnswersForDelaysNobody(isCancelled: Bool) async throws {
        let client = HTTPClient()
        try await withServer { _ in
            ServerResponse(text: "here")
        } _: { host in
            var silent = HTTPRequest("GET", "http://\(SilentNames.name)/")
            silent.limits.connect = isCancelled ? .seconds(30) : .milliseconds(200)
            let result = await running { [silent] in
                try await client.send(silent)
            } while: { cancel in
                await until { SilentNames.questions.withLock { $0 } > 0 }
                if isCancelled { cancel() }
            }
            #expect(throws: (any Error).self) { try result.get() }
            let answer = try await client.send(HTTPRequest("GET", "http://127.0.0.1:\(host.split(separator: ":")[1])/"))
            #expect(answer.status == 200)
            // The question stands all the while.
            #expect(SilentNames.questions.withLock { $0 } == 1)
            SilentNames.end.signal()
            await until { SilentNames.questions.withLock { $0 } == 0 }
        }
    }
}

private enum SilentNames {
    static let name = "silent.invalid"
    /// That have been asked and not been answered.
    static let questions = Locked(0)
    static let end = DispatchSemaphore(value: 0)
}

private typealias Resolve =
    @convention(c) (
        UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<addrinfo>?,
        UnsafeMutablePointer<UnsafeMutablePointer<addrinfo>?>?
    ) -> Int32

/// Takes the place of the C library's function in the whole test program, libcurl included, and hands on all questions but
/// those of this test: who does not answer for names cannot be chosen without being root.
@_cdecl("getaddrinfo")
public func resolveUnlessSilent(
    _ node: UnsafePointer<CChar>?,
    _ service: UnsafePointer<CChar>?,
    _ hints: UnsafePointer<addrinfo>?,
    _ result: UnsafeMutablePointer<UnsafeMutablePointer<addrinfo>?>?
) -> Int32 {
    if node.map({ String(cString: $0) }) == SilentNames.name {
        SilentNames.questions.withLock { $0 += 1 }
        // Less than the suite has: whoever waits for the answer does so in vain, but not for ever.
        _ = SilentNames.end.wait(timeout: .now() + 20)
        SilentNames.questions.withLock { $0 -= 1 }
        return EAI_AGAIN
    }
    guard let next = dlsym(UnsafeMutableRawPointer(bitPattern: -1), "getaddrinfo") else { return EAI_SYSTEM }
    return unsafeBitCast(next, to: Resolve.self)(node, service, hints, result)
}
