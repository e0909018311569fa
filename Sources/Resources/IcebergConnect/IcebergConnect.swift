// SPDX-License-Identifier: Apache-2.0

package import JSON
package import KubernetesModel

/// One object of the kind `IcebergConnect`.
package struct IcebergConnect: ResourceWithStatus {
    package static let kind = ResourceKind(
        group: "kafka.iceberg.apache.org",
        version: "v1",
        kind: "IcebergConnect",
        plural: "icebergconnects"
    )

    package var metadata: ObjectMeta
    /// The specification with every default, or all that is wrong with it.
    package var spec: Result<IcebergConnectSpec, InvalidSpec>
    /// `nil` until the first look at the resource.
    package var status: IcebergConnectStatus?

    package init(
        metadata: ObjectMeta,
        spec: Result<IcebergConnectSpec, InvalidSpec>,
        status: IcebergConnectStatus? = nil
    ) {
        self.metadata = metadata
        self.spec = spec
        self.status = status
    }
}

/// A specification that cannot be carried out. Never empty.
package struct InvalidSpec: Error, Equatable, Sendable {
    package var problems: [FieldProblem]
}

extension IcebergConnect: JSONDecodable {
    /// Fails only if the metadata cannot be read. What is wrong with the specification is in ``spec``, so that all of it
    /// can be told at once.
    package init(_ json: borrowing JSONView) throws(JSONError) {
        let written: JSON? = try json.optional("spec")
        self.init(
            metadata: try json.value("metadata"),
            spec: Self.read(written ?? [:]),
            status: try json.optional("status")
        )
    }

    /// The specification as a user wrote it: defaults are filled in, everything is checked, then it is read.
    package static func read(_ written: JSON) -> Result<IcebergConnectSpec, InvalidSpec> {
        let spec = IcebergConnectSchema.spec.filledIn(written)
        let problems = IcebergConnectSchema.spec.problems(in: spec, at: "spec")
        guard problems.isEmpty else { return .failure(InvalidSpec(problems: problems)) }
        do throws(JSONError) {
            return .success(try JSONDocument(parsing: spec.jsonBytes).decode())
        } catch {
            let field = (["spec"] + error.path).joined(separator: ".")
            return .failure(InvalidSpec(problems: [FieldProblem(field: field, message: error.message)]))
        }
    }
}
