// SPDX-License-Identifier: Apache-2.0

import Basics
import KubernetesModel
import Testing

@Suite
struct KubeconfigTests {
    func access(_ texts: (path: String, text: String)..., context: String? = nil) throws -> ClusterAccess {
        let files = texts.map { Kubeconfig.File(path: $0.path, text: Array($0.text.utf8)) }
        return try Kubeconfig(merging: files).access(context: context)
    }

    func refusal(_ text: String, context: String? = nil) -> KubeconfigError? {
        do {
            _ = try access((path: "/k/config", text: text), context: context)
            return nil
        } catch {
            return error as? KubeconfigError
        }
    }

    /// One cluster, one user, one context; `cluster` and `user` are what differs.
    func config(cluster: String = "server: https://one:6443", user: String = "token: t1") -> String {
        """
        clusters: [{name: c, cluster: {\(cluster)}}]
        users: [{name: u, user: {\(user)}}]
        contexts: [{name: x, context: {cluster: c, user: u, namespace: shop}}]
        current-context: x
        """
    }

    @Test func theCurrentContextNamesClusterUserAndNamespace() throws {
        let access = try access((path: "/k/config", text: config()))
        #expect(access == ClusterAccess(server: "https://one:6443", token: .text(Secret("t1"))))
    }

    @Test func theFirstFileWinsForEachNameAndForTheCurrentContext() throws {
        let first = """
            users: [{name: u, user: {token: first}}]
            current-context: second
            """
        let second = """
            clusters: [{name: c, cluster: {server: "https://two"}}]
            users: [{name: u, user: {token: second}}]
            contexts: [{name: x, context: {cluster: c}}, {name: second, context: {cluster: c, user: u}}]
            current-context: x
            """
        let access = try access((path: "/a", text: first), (path: "/b", text: second))
        #expect(access == ClusterAccess(server: "https://two", token: .text(Secret("first"))))
    }

    @Test func relativePathsStartFromTheirFile() throws {
        let text = config(
            cluster: "server: https://one, certificate-authority: pki/ca.crt",
            user: "tokenFile: token, client-certificate: me.crt, client-key: /etc/me.key"
        )
        let access = try access((path: "/other/x", text: ""), (path: "conf/kube", text: text))
        #expect(access.authority == .file("conf/pki/ca.crt"))
        #expect(access.token == .file("conf/token"))
        #expect(access.certificate == .file("conf/me.crt"))
        #expect(access.privateKey == .file("/etc/me.key"))
    }

    @Test func dataWinsOverTheFileAndATokenFileOverTheToken() throws {
        let text = config(
            cluster: "server: https://one, certificate-authority: ca.crt, certificate-authority-data: Q0E=",
            user: "token: t, tokenFile: /token, client-certificate-data: Q1JU, client-key-data: S0VZ, client-key: k"
        )
        let access = try access((path: "/k/config", text: text))
        #expect(access.authority == .text(Secret("CA")))
        #expect(access.token == .file("/token"))
        #expect(access.certificate == .text(Secret("CRT")))
        #expect(access.privateKey == .text(Secret("KEY")))
    }

    @Test func anotherContextCanBeNamed() throws {
        let other = """
            clusters: [{name: d, cluster: {server: "https://two"}}]
            contexts: [{name: other, context: {cluster: d}}]
            """
        let texts = (mine: (path: "/k", text: config()), other: (path: "/l", text: other))
        #expect(try access(texts.mine, texts.other, context: "other").server == "https://two")
        #expect(try access(texts.mine, texts.other).server == "https://one:6443")
        #expect(refusal(config(), context: "z")?.code == .missing)
    }

    @Test func skippingVerificationExcludesAnAuthority() throws {
        let text = config(cluster: "server: https://one/, insecure-skip-tls-verify: true")
        let access = try access((path: "/k", text: text))
        #expect(access.skipsVerification)
        #expect(access.server == "https://one")
        let both = config(
            cluster: "server: https://one, insecure-skip-tls-verify: true, certificate-authority: ca.crt"
        )
        #expect(refusal(both)?.code == .contradictory)
    }

    @Test(
        arguments: [
            ("exec: {command: aws, apiVersion: client.authentication.k8s.io/v1}", "exec"),
            ("auth-provider: {name: gcp}", "auth-provider"),
            ("username: admin, password: hunter2", "username"),
            ("token: t, as: somebody", "as"),
        ]
    )
    func unsupportedFieldsAreNamed(user: String, field: String) throws {
        let error = try #require(refusal(config(user: user)))
        #expect(error.code == .unsupported)
        #expect(error.message.contains("user \"u\" has \"\(field)\""))
        #expect(!error.description.contains("hunter2"))
    }

    @Test func aProxyIsNotPassedOverInSilence() {
        #expect(refusal(config(cluster: "server: https://one, proxy-url: http://p"))?.code == .unsupported)
    }

    @Test func aCertificateNeedsItsKey() {
        #expect(refusal(config(user: "client-certificate: a"))?.code == .contradictory)
    }

    @Test(
        arguments: [
            "clusters: [", "clusters: 3", "clusters: [{name: a}, {name: a}]",
            "clusters: [{name: c, cluster: {server: [1]}}]",
        ]
    )
    func brokenFilesAreNamed(text: String) throws {
        let error = try #require(refusal(text))
        #expect(error.code == .malformed)
        #expect(error.message.contains("/k/config"))
    }

    @Test(
        arguments: [
            "", "# nothing\n", "current-context: x", "contexts: [{name: x, context: {}}]\ncurrent-context: x",
            "clusters: [{name: c}]\ncontexts: [{name: x, context: {cluster: c}}]\ncurrent-context: x",
        ]
    )
    func missingPartsAreReported(text: String) { #expect(refusal(text)?.code == .missing) }

    @Test func valuesThatAreNoBase64AreNotQuoted() throws {
        let error = try #require(refusal(config(user: "client-certificate-data: '!secret!', client-key-data: QQ==")))
        #expect(error.code == .malformed)
        #expect(!error.description.contains("secret"))
    }

    @Test func aPodUsesItsServiceAccount() {
        let access = ClusterAccess.inCluster(host: "fd00::1", port: "443")
        #expect(access.server == "https://[fd00::1]:443")
        #expect(access.token == .file("/var/run/secrets/kubernetes.io/serviceaccount/token"))
        #expect(access.authority == .file("/var/run/secrets/kubernetes.io/serviceaccount/ca.crt"))
        #expect(ClusterAccess.inCluster(host: "10.0.0.1", port: "6443").server == "https://10.0.0.1:6443")
    }
}
