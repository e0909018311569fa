// SPDX-License-Identifier: Apache-2.0

import Foundation
import JSON
import Resources
import TestSupport
import Testing
import YAML

/// A manifest of the folder `examples`, to be changed at single places.
struct Manifest {
    var object: JSON

    init(example name: String) throws {
        let file = Golden.repository.appending(path: "examples/iceberg-connect-\(name).yaml")
        let document = try #require(try YAML.documents(in: [UInt8](Data(contentsOf: file))).first)
        object = try document.decode(JSON.self)
    }

    static func quickStart(_ changes: Change...) throws -> Manifest {
        var manifest = try Manifest(example: "quick-start")
        for change in changes { change.apply(to: &manifest.object) }
        return manifest
    }

    var spec: JSON { object["spec"] ?? [:] }

    func read() throws -> IcebergConnectSpec { try IcebergConnect.read(spec).get() }

    var problems: [FieldProblem] {
        if case .failure(let invalid) = IcebergConnect.read(spec) { invalid.problems } else { [] }
    }
}

/// One edit of a manifest, at a path below `spec`.
struct Change: Sendable {
    var path: [String]
    /// `nil` takes the field out.
    var value: JSON?

    static func set(_ path: String, _ value: JSON) -> Change {
        Change(path: path.split(separator: "/").map(String.init), value: value)
    }

    static func remove(_ path: String) -> Change {
        Change(path: path.split(separator: "/").map(String.init), value: nil)
    }

    func apply(to object: inout JSON) { Self.apply(["spec"] + path, value, to: &object) }

    private static func apply(_ path: [String], _ value: JSON?, to object: inout JSON) {
        guard let name = path.first else { return }
        if path.count == 1 {
            object[name] = value
        } else {
            var member = object[name] ?? [:]
            apply(Array(path.dropFirst()), value, to: &member)
            object[name] = member
        }
    }
}

extension JSON {
    /// The member at a path with dots.
    func at(_ path: String) -> JSON? { path.split(separator: ".").reduce(self) { $0?[String($1)] } }
}
