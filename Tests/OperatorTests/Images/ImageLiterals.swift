// SPDX-License-Identifier: Apache-2.0

import KubernetesModel

@testable import Operator
@testable import Planning

/// `"a/1"`: of the resource `1` in the namespace `a`; `"a"`: of one in a namespace of its own.
extension ImageSlot: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) {
        let parts = text.split(separator: "/").map(String.init)
        let key = ObjectKey(namespace: parts.first, name: parts.last ?? "")
        self.init(resource: key, uid: text, role: .worker)
    }
}

/// `"x"`: what the object `x` contains.
extension WantedImage: ExpressibleByStringLiteral {
    package init(stringLiteral key: String) {
        self.init(
            role: .worker,
            region: "us-east-1",
            bucket: "images",
            key: key,
            credentials: .environment,
            repository: "registry.example.com/worker",
            tag: "1"
        )
    }
}
