// swift-tools-version: 6.0
// SPDX-License-Identifier: Apache-2.0

import PackageDescription

// `treatAllWarnings` needs tools 6.2 and `MemberImportVisibility` needs Swift 6.1, so neither is here.
// Warnings become errors on the command line instead: see scripts/check.
let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// A C library of the distribution: a module map and a header of `static inline` functions.
func library(_ name: String, pkgConfig: String? = nil) -> Target {
    .systemLibrary(name: name, path: "Sources/Interop/\(name)", pkgConfig: pkgConfig)
}

func target(_ path: String, _ dependencies: [Target.Dependency] = []) -> Target {
    let name = String(path.split(separator: "/").last ?? "")
    return .target(name: name, dependencies: dependencies, path: "Sources/\(path)", swiftSettings: settings)
}

/// Tests of the target with the same name. Folders that are no sources are read from where they lie.
func tests(of name: String, _ dependencies: [Target.Dependency] = [], excluding folders: [String] = []) -> Target {
    .testTarget(
        name: "\(name)Tests",
        dependencies: [.byName(name: name), "TestSupport"] + dependencies,
        exclude: folders,
        swiftSettings: settings
    )
}

let package = Package(
    name: "kittiwake",
    targets: [
        // C libraries
        library("CCrypto", pkgConfig: "libcrypto"),
        library("CCurl", pkgConfig: "libcurl"),
        library("CISAL", pkgConfig: "libisal"),
        library("CMicrohttpd", pkgConfig: "libmicrohttpd"),
        library("CSystem"),
        library("CYAML", pkgConfig: "yaml-0.1"),
        library("CYYJSON", pkgConfig: "yyjson"),
        library("CZstd", pkgConfig: "libzstd"),

        // Ground: what every target may use
        target("Basics", ["CSystem"]),
        target("Crypto", ["CCrypto"]),

        // Pure: values in, values out
        target("Storage/Archive"),
        target("Encoding/JSON", ["CYYJSON"]),
        target("Encoding/YAML", ["CYAML", "JSON"]),
        target("Kubernetes/KubernetesModel", ["Basics", "Crypto", "JSON", "YAML"]),
        target("Resources", ["Basics", "JSON", "KubernetesModel", "YAML"]),
        target("Planning", ["Basics", "Crypto", "JSON", "KubernetesModel", "Resources"]),

        // Bindings: C libraries made Swift
        target("Encoding/Compression", ["CISAL", "CZstd"]),
        target("HTTP/HTTPClient", ["Basics", "CCurl", "CSystem"]),
        target("HTTP/HTTPServer", ["Basics", "CMicrohttpd"]),

        // Clients: one protocol each
        target("Kubernetes/KubernetesClient", ["Basics", "HTTPClient", "JSON", "KubernetesModel"]),
        target("Storage/ObjectStorage", ["Basics", "Crypto", "HTTPClient", "JSON"]),
        target(
            "Storage/ImageTransfer",
            ["Archive", "Basics", "Compression", "Crypto", "HTTPClient", "JSON", "ObjectStorage"]
        ),

        target("Kafka/ConnectClient", ["HTTPClient", "JSON"]),

        // Runtime
        target(
            "Kubernetes/KubernetesRuntime",
            ["Basics", "CSystem", "HTTPServer", "JSON", "KubernetesClient", "KubernetesModel"]
        ),

        // Programs
        target(
            "Coordination/Coordinator",
            ["Basics", "HTTPServer", "JSON", "KubernetesClient", "KubernetesModel", "KubernetesRuntime"]
        ),
        target(
            "Operator",
            [
                "Basics", "ConnectClient", "HTTPClient", "HTTPServer", "ImageTransfer", "KubernetesClient",
                "KubernetesModel", "KubernetesRuntime", "ObjectStorage", "Planning", "Resources",
            ]
        ),
        target("CommandLine", ["Basics"]),
        target(
            "Commands",
            [
                "Basics", "CommandLine", "Coordinator", "HTTPClient", "ImageTransfer", "JSON", "KubernetesClient",
                "KubernetesModel", "KubernetesRuntime", "ObjectStorage", "Operator", "Planning", "Resources", "YAML",
            ]
        ),
        .executableTarget(
            name: "kittiwake",
            dependencies: ["Commands"],
            path: "Sources/Kittiwake",
            swiftSettings: settings
        ),

        // Support for tests: nothing else may depend on it.
        .target(
            name: "TestSupport",
            dependencies: ["Basics", "HTTPServer"],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        .target(
            name: "TestServers",
            dependencies: ["Basics", "HTTPServer", "JSON", "KubernetesClient", "KubernetesModel", "TestSupport"],
            path: "Tests/TestServers",
            swiftSettings: settings
        ),
        .target(
            name: "TestStorage",
            dependencies: ["Basics", "Compression", "Crypto", "CZstd", "HTTPServer", "ObjectStorage", "TestSupport"],
            path: "Tests/TestStorage",
            swiftSettings: settings
        ),
        tests(of: "Archive", ["TestStorage"]),
        tests(of: "Basics", ["CSystem"]),
        .testTarget(
            name: "ClusterTests",
            dependencies: ["Basics", "JSON", "TestSupport", "YAML"],
            exclude: ["Documents"],
            swiftSettings: settings
        ),
        tests(of: "CommandLine", ["Basics"]),
        tests(of: "Commands", ["Basics", "CommandLine", "Compression", "ImageTransfer", "JSON", "TestStorage"]),
        tests(
            of: "Coordinator",
            ["Basics", "HTTPServer", "JSON", "KubernetesClient", "KubernetesModel", "TestServers", "YAML"]
        ),
        tests(of: "Compression", ["TestStorage"]),
        tests(of: "ConnectClient", ["HTTPClient", "HTTPServer"]),
        .testTarget(
            name: "HTTPTests",
            dependencies: ["Basics", "HTTPClient", "HTTPServer", "TestStorage", "TestSupport"],
            swiftSettings: settings,
            // SilentNamesTests answers for names in the place of the C library.
            linkerSettings: [.unsafeFlags(["-Xlinker", "--export-dynamic-symbol=getaddrinfo"])]
        ),
        tests(
            of: "ImageTransfer",
            ["Basics", "Compression", "Crypto", "HTTPClient", "HTTPServer", "JSON", "ObjectStorage", "TestStorage"]
        ),
        tests(of: "JSON"),
        tests(
            of: "KubernetesClient",
            ["Basics", "HTTPClient", "HTTPServer", "JSON", "KubernetesModel", "TestServers"]
        ),
        tests(of: "KubernetesModel", ["Basics", "JSON"]),
        tests(
            of: "KubernetesRuntime",
            ["Basics", "HTTPServer", "JSON", "KubernetesClient", "KubernetesModel", "TestServers"]
        ),
        tests(of: "ObjectStorage", ["Basics", "HTTPClient", "HTTPServer", "TestStorage"]),
        tests(
            of: "Operator",
            [
                "Basics", "HTTPClient", "HTTPServer", "ImageTransfer", "JSON", "KubernetesClient", "KubernetesModel",
                "KubernetesRuntime", "ObjectStorage", "Planning", "Resources", "TestServers", "TestStorage",
            ]
        ),
        tests(
            of: "Planning",
            ["Basics", "JSON", "KubernetesModel", "Resources", "TestServers", "YAML"],
            excluding: ["IcebergConnect/Golden"]
        ),
        tests(
            of: "Resources",
            ["Basics", "JSON", "KubernetesModel", "TestServers", "YAML"],
            excluding: ["IcebergConnect/Golden", "Properties/Fixtures"]
        ),
        tests(of: "YAML", ["JSON"]),
    ],
    swiftLanguageModes: [.v6]
)
