// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

/// A typed model: no tree in between, no synthesised code.
private struct TaskState: JSONDecodable, Equatable {
    var id: Int
    var state: String
    var trace: String?

    init(_ json: borrowing JSONView) throws(JSONError) {
        id = try json.value("id")
        state = try json.value("state")
        trace = try json.optional("trace")
    }
}

private struct ConnectorStatus: JSONDecodable, Equatable {
    var name: String
    var tasks: [TaskState]
    var config: StringMap

    init(_ json: borrowing JSONView) throws(JSONError) {
        name = try json.value("name")
        tasks = try json.value("tasks")
        config = try json.optional("config") ?? StringMap()
    }
}

@Suite(.timeLimit(.minutes(1)))
struct JSONViewTests {
    private func decode(_ text: String) throws(JSONError) -> ConnectorStatus {
        try JSONDocument(parsing: Array(text.utf8)).decode()
    }

    @Test func decodesWhatItKnowsAndSkipsTheRest() throws {
        let status = try decode(
            #"{"type":"sink","name":"orders","tasks":[{"id":0,"state":"FAILED","trace":null,"worker":{"x":[1]}}]}"#
        )
        #expect(status.name == "orders")
        #expect(status.tasks.map(\.state) == ["FAILED"])
        #expect(status.tasks.map(\.trace) == [nil])
        #expect(status.config == StringMap())
    }

    @Test(arguments: [
        (#"{"tasks":[]}"#, "name: is missing"),
        (#"{"name":7,"tasks":[]}"#, "name: is uint and not a string"),
        (#"{"name":"o","tasks":{}}"#, "tasks: is object and not an array"),
        (
            #"{"name":"o","tasks":[{"id":1,"state":"x"},{"id":1.0,"state":"x"}]}"#,
            "tasks.[1].id: is real and not an integer"
        ),
        (#"{"name":"o","tasks":[{"id":9223372036854775808,"state":"x"}]}"#, "tasks.[0].id: is too large for 64 bits"),
        (#"{"name":"o","tasks":[],"config":{"a":"1","a":"2"}}"#, "config.a: appears twice"),
        (#"[]"#, "is array and not an object"),
    ])
    func saysWhichValueIsWrong(text: String, message: String) {
        #expect {
            try decode(text)
        } throws: { error in
            "\(error)" == message
        }
    }

    /// In square time it would take longer than the suite may.
    @Test func aLargeMapIsNotReadInSquareTime() throws {
        let count = 300_000
        let members = (0..<count).map { #""key\#($0)":"""# }.joined(separator: ",")
        let map: StringMap = try JSONDocument(parsing: Array("{\(members)}".utf8)).decode()
        #expect(map.entries.count == count)
        #expect(throws: JSONError.self) {
            try JSONDocument(parsing: Array("{\(members),\"key1\":\"\"}".utf8)).decode(StringMap.self)
        }
    }

    @Test func mapsCompareWithoutOrder() {
        #expect(StringMap([("a", "1"), ("b", "2")]) == StringMap([("b", "2"), ("a", "1")]))
        #expect(StringMap([("a", "1")]) != StringMap([("a", "2")]))
    }
}
