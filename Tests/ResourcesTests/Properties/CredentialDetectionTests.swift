// SPDX-License-Identifier: Apache-2.0

import Resources
import TestSupport
import Testing

@Suite
struct CredentialDetectionTests {
    @Test(
        arguments: [
            ("sasl.jaas.config", "x required password=\"p\";"), ("producer.sasl.jaas.config", "x;"),
            ("ssl.keystore.password", "p"), ("ssl.key.password", "p"), ("ssl.keystore.key", "-----BEGIN"),
            ("admin.ssl.truststore.password", "p"), ("basic.auth.user.info", "u:p"), ("s3.secret-access-key", "k"),
            ("s3.access-key-id", "AKIA"), ("credential", "id:secret"), ("token", "t"), ("jdbc.password", "p"),
            ("JDBC.Password", "p"), ("gcs.oauth2.token", "t"), ("adls.auth.shared-key.account.key", "k"),
            ("uri", "jdbc:postgresql://db/x?user=u&password=p"), ("uri", "https://user:p@host/path"),
            ("header.Authorization", "Bearer x"), ("value.converter.schema.registry.basic.auth.user.info", "u:p"),
        ]
    )
    func aCredentialIsRecognised(key: String, value: String) {
        #expect(CredentialDetection.isCredential(key, value))
    }

    @Test(arguments: [
        ("bootstrap.servers", "kafka:9092"), ("key.converter", "x.JsonConverter"), ("type", "rest"),
        ("uri", "http://catalog:8181"), ("uri", "jdbc:postgresql://db:5432/x"), ("uri", "s3://bucket/a@b:c"),
        ("oauth2-server-uri", "https://auth/token"), ("token-refresh-enabled", "true"), ("token-expires-in-ms", "1000"),
        ("client.credentials-provider", "x.Provider"), ("ssl.keystore.location", "/a.jks"),
        ("ssl.keystore.type", "PEM"),
        ("sasl.jaas.config", "${file:/etc/kafka/jaas:text}"), ("ssl.key.password", "${env:PASSWORD}"),
        ("ssl.key.password", ""),
    ])
    func ordinaryValuesAreShown(key: String, value: String) {
        #expect(!CredentialDetection.isCredential(key, value))
    }

    @Test func aPlaceholderWithTextBehindItIsMasked() {
        #expect(CredentialDetection.isCredential("password", "${a}b${c}"))
        #expect(CredentialDetection.isCredential("password", "${a"))
    }
}
