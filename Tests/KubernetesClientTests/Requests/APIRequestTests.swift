// SPDX-License-Identifier: Apache-2.0

import HTTPClient
import KubernetesModel
import Testing

@testable import KubernetesClient

@Suite
struct APIRequestTests {
    static let node = ResourceKind(group: "", version: "v1", kind: "Node", plural: "nodes", scope: .cluster)
    static let pod = ResourceKind(group: "", version: "v1", kind: "Pod", plural: "pods")

    @Test func targetsAreThoseOfTheAPI() {
        let key = ObjectKey(namespace: "shop", name: "orders")
        #expect(APIRequest(.get, .configMap, key).target == "/api/v1/namespaces/shop/configmaps/orders")
        #expect(APIRequest(.list, .deployment, namespace: nil).target == "/apis/apps/v1/deployments")
        var status = APIRequest(.applyStatus, .deployment, key)
        status.isStatus = true
        status.query = [("fieldManager", "kittiwake"), ("force", "true")]
        #expect(
            status.target
                == "/apis/apps/v1/namespaces/shop/deployments/orders/status?fieldManager=kittiwake&force=true"
        )
        #expect(
            APIRequest(.get, Self.node, ObjectKey(namespace: "x", name: "shop")).target == "/api/v1/nodes/shop"
        )
    }

    @Test func valuesAreEscaped() {
        var request = APIRequest(.list, Self.pod, namespace: "shop")
        request.query = [("labelSelector", "a=b,c in (d e)"), ("continue", "x+/=")]
        #expect(
            request.target
                == "/api/v1/namespaces/shop/pods?labelSelector=a%3Db%2Cc%20in%20%28d%20e%29&continue=x%2B%2F%3D"
        )
        let hostile = ObjectKey(namespace: "../secrets", name: "a?b#c")
        #expect(APIRequest(.get, Self.pod, hostile).target == "/api/v1/namespaces/..%2Fsecrets/pods/a%3Fb%23c")
    }

    @Test func anErrorSaysWhatWasTriedAndWhatToDo() {
        let key = ObjectKey(namespace: "shop", name: "orders")
        let text = #"deployments.apps "orders" is forbidden: User "me" cannot patch resource "deployments""#
        let answer = StatusAnswer(reason: "Forbidden", message: text)
        let error = KubernetesError(APIRequest(.apply, .deployment, key), status: 403, answer, retryAfter: nil)
        #expect(error.code == .forbidden)
        #expect(
            error.message == "Applying Deployment shop/orders: the API server answered 403 Forbidden: \(text); "
                + "the role needs the verb patch for deployments.apps"
        )
    }

    @Test(
        arguments: [
            #"pods "orders" is forbidden: exceeded quota: small, requested: pods=1, used: pods=4, limited: pods=4"#,
            #"unable to create new content in namespace shop because it is being terminated"#,
            #"ValidatingAdmissionPolicy 'signed' denied request: images cannot be unsigned"#,
        ]
    )
    func noRoleIsBlamedForWhatAnotherForbids(_ text: String) {
        let request = APIRequest(.apply, .deployment, ObjectKey(namespace: "shop", name: "orders"))
        let answer = StatusAnswer(reason: "Forbidden", message: text)
        let error = KubernetesError(request, status: 403, answer, retryAfter: nil)
        #expect(error.code == .forbidden && error.message.hasSuffix(text))
    }

    @Test func aLeaseHasAConnectionOfItsOwn() {
        let address = ServerAddress(ClusterAccess(server: "https://kube.example:6443"))
        let key = ObjectKey(namespace: "shop", name: "x")
        let presented = Credentials.Presented(token: nil, tls: TLSMaterial())
        #expect(!address.request(APIRequest(.patch, .lease, key), presented).allowsHTTP2)
        #expect(address.request(APIRequest(.patch, .deployment, key), presented).allowsHTTP2)
    }

    @Test(
        arguments: [
            ("https://10.0.0.1:6443", "https://kube.example:6443", "10.0.0.1:6443"),
            ("https://10.0.0.1/k8s/c1", "https://kube.example:443/k8s/c1", "10.0.0.1:443"),
            ("http://[::1]", "http://kube.example:80", "[::1]:80"),
        ]
    )
    func theCertificatesNameStandsInTheAddress(server: String, base: String, connectTo: String) {
        var access = ClusterAccess(server: server)
        access.serverName = "kube.example"
        let address = ServerAddress(access)
        let request = APIRequest(.get, .deployment, ObjectKey(namespace: "shop", name: "x"))
        let message = address.request(request, Credentials.Presented(token: nil, tls: TLSMaterial()))
        #expect(message.url == base + request.target && message.connectTo == connectTo)
    }

    @Test func whatAServerSaysAboutASecretIsNotRepeated() {
        let answer = StatusAnswer(reason: "Invalid", message: "Invalid value: \"hunter2\"")
        let request = APIRequest(.apply, .secret, ObjectKey(namespace: "shop", name: "s"))
        let error = KubernetesError(request, status: 422, answer, retryAfter: nil)
        #expect(error.message == "Applying Secret shop/s: the API server answered 422 Invalid")
    }

    @Test(
        arguments: [
            (400, "", .badRequest), (401, "", .unauthorized), (403, "", .forbidden), (404, "", .notFound),
            (409, "AlreadyExists", .alreadyExists), (409, "Conflict", .conflict), (410, "Gone", .expired),
            (410, "Expired", .expired), (415, "", .badRequest), (422, "", .invalid), (429, "", .throttled),
            (500, "", .internal), (503, "", .unavailable), (504, "", .transport), (507, "", .internal),
        ] as [(Int, String, KubernetesError.Code)]
    )
    func theCodeComesFromStatusAndReason(status: Int, reason: String, code: KubernetesError.Code) {
        let request = APIRequest(.apply, Self.pod, ObjectKey(namespace: nil, name: "x"))
        #expect(KubernetesError(request, status: status, StatusAnswer(reason: reason), retryAfter: nil).code == code)
    }

    @Test func aReadThatTimesOutMayBeSentAgain() {
        let request = APIRequest(.get, Self.pod, ObjectKey(namespace: nil, name: "x"))
        #expect(KubernetesError(request, status: 504, StatusAnswer(), retryAfter: nil).code == .unavailable)
    }
}
