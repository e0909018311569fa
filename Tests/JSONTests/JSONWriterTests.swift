// SPDX-License-Identifier: Apache-2.0

import JSON
import Testing

@Suite
struct JSONWriterTests {
    /// An apply intent: everything Optional.
    struct DeploymentIntent: JSONEncodable {
        struct Metadata: JSONEncodable {
            var name: String
            var labels: StringMap?

            func write(to writer: inout JSONWriter) {
                writer.object { writer in
                    writer.field("labels", labels)
                    writer.field("name", name)
                }
            }
        }

        struct Spec: JSONEncodable {
            var replicas: Int?

            func write(to writer: inout JSONWriter) { writer.object { $0.field("replicas", replicas) } }
        }

        var metadata: Metadata
        var spec: Spec

        init(name: String, replicas: Int?, labels: StringMap?) {
            metadata = Metadata(name: name, labels: labels)
            spec = Spec(replicas: replicas)
        }

        func write(to writer: inout JSONWriter) {
            writer.object { writer in
                writer.field("metadata", metadata)
                writer.field("spec", spec)
            }
        }
    }

    @Test func whatIsNilIsNotWritten() {
        let intent = DeploymentIntent(name: "orders", replicas: nil, labels: nil)
        #expect(String(decoding: intent.jsonBytes, as: UTF8.self) == #"{"metadata":{"name":"orders"},"spec":{}}"#)
    }

    @Test func equalIntentsAreEqualBytes() {
        let one = DeploymentIntent(name: "orders", replicas: 3, labels: StringMap([("b", "2"), ("a", "1")]))
        let two = DeploymentIntent(name: "orders", replicas: 3, labels: StringMap([("a", "1"), ("b", "2")]))
        #expect(one.jsonBytes == two.jsonBytes)
    }

    @Test(arguments: [
        "null", "[true,false]", "[-1,0,9223372036854775807]", "[0.1,-2.5e-07,1e+100]", #""\"\\\n\t\u0001é/""#,
        #"{"b":[{}],"a":{"x":""}}"#,
    ])
    func whatIsWrittenReadsBackTheSame(text: String) throws {
        let value = try parse(text)
        #expect(try parse(String(decoding: value.jsonBytes, as: UTF8.self)) == value)
    }

    @Test func textIsKeptAsItIsWherePossible() throws {
        let text = #"{"z":[1,2.5,null],"a":"line\nüber"}"#
        #expect(String(decoding: try parse(text).jsonBytes, as: UTF8.self) == text)
    }
}
