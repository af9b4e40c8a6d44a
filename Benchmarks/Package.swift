// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

/// The benchmark suite is a package of its own, so that its dependencies reach nobody who uses Cascade.
let package = Package(
    name: "cascade-benchmarks",
    products: [
        .executable(name: "cascade-bench", targets: ["CascadeBench"]),
        .executable(name: "cascade-soak", targets: ["CascadeSoak"]),
    ],
    dependencies: [
        .package(name: "cascade", path: ".."),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    ],
    targets: [
        // What is made of the figures. It depends on nothing, so its tests are built in seconds.
        .target(name: "BenchReport", swiftSettings: swiftSettings),
        // What Cascade is measured against: the floor below it, and its predecessor's way.
        .target(name: "CBareLoop", path: "CSources/CBareLoop", linkerSettings: [.linkedLibrary("curl")]),
        .target(name: "CBaselineCurl", path: "CSources/CBaselineCurl", linkerSettings: [.linkedLibrary("curl")]),
        .target(name: "CBenchSystem", path: "CSources/CBenchSystem"),
        .target(name: "BaselineRouter", dependencies: ["CBaselineCurl"], swiftSettings: swiftSettings),
        .target(name: "CBlackHole", path: "CSources/CBlackHole"),
        // Imports Cascade's inner modules too: they are built before the product's own, on which it depends.
        .target(
            name: "MicroBenchmarks",
            dependencies: [
                "CBlackHole",
                .product(name: "Cascade", package: "cascade"),
                .product(name: "CascadeMemory", package: "cascade"),
            ],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "CascadeBench",
            dependencies: [
                "CBareLoop", "CBenchSystem", "BaselineRouter", "MicroBenchmarks",
                .product(name: "Cascade", package: "cascade"),
                .product(name: "CascadeMemory", package: "cascade"),
                .product(name: "CascadeTesting", package: "cascade"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOFoundationCompat", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                "BenchReport", "CBaselineCurl",
            ],
            swiftSettings: swiftSettings),
        // Counts nothing but what is lost: no engine beside the router takes part.
        .executableTarget(
            name: "CascadeSoak",
            dependencies: [
                .product(name: "Cascade", package: "cascade"),
                .product(name: "CascadeGateway", package: "cascade"),
                .product(name: "CascadeMemory", package: "cascade"),
                .product(name: "CascadeTesting", package: "cascade"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ],
            swiftSettings: swiftSettings),
        .testTarget(name: "CascadeBenchTests", dependencies: ["BenchReport"], swiftSettings: swiftSettings),
    ],
    cLanguageStandard: .c17
)
