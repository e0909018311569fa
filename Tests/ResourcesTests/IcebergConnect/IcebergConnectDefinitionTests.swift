// SPDX-License-Identifier: Apache-2.0

import JSON
import Resources
import TestSupport
import Testing
import YAML

@Suite
struct IcebergConnectDefinitionTests {
    @Test func theFileInDeployIsWhatTheProgramPrints() throws {
        try Golden.expect(IcebergConnectDefinition.yaml, inRepository: "deploy/crds/icebergconnect.yaml")
    }

    @Test func theYAMLReadsBackAsTheObject() throws {
        let documents = try YAML.documents(in: IcebergConnectDefinition.yaml)
        #expect(try documents.map { try $0.decode(JSON.self) } == [IcebergConnectDefinition.object])
    }
}
