// swift-tools-version: 6.2
import PackageDescription

/// `Scripts/test` and CI set this, so that a warning fails there and only there.
let strict = Context.environment["CASCADE_STRICT"] == "1"
let strictSwift: [SwiftSetting] = strict ? [.treatAllWarnings(as: .error)] : []
let strictC: [CSetting] = strict ? [.treatAllWarnings(as: .error)] : []

/// Every Swift target builds in Swift 6 mode with the same upcoming features, so a file means the same in each module.
let swiftSettings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .enableExperimentalFeature("Lifetimes"),
    ] + strictSwift

/// Unsafe expressions are marked as such where they ship. Not in tests: nothing can mark what a macro expands to.
let moduleSettings: [SwiftSetting] = swiftSettings + [.strictMemorySafety()]

let cSettings: [CSetting] =
    [
        .enableWarning("all"),
        .enableWarning("extra"),
        .enableWarning("conversion"),
        .enableWarning("shadow"),
    ] + strictC

/// jemalloc replaces malloc for the whole process, and sanitizers do the same: `Scripts/sanitize` leaves out what links it.
let usesJemalloc = Context.environment["CASCADE_NO_JEMALLOC"] != "1"

let jemallocProducts: [Product] = [
    .library(name: "CascadeMemory", targets: ["CascadeMemory"]),
    .executable(name: "cascade", targets: ["CascadeCommand"]),
]

let jemallocTargets: [Target] = [
    .systemLibrary(
        name: "CJemalloc", path: "CSources/CJemalloc", pkgConfig: "jemalloc",
        providers: [.apt(["libjemalloc-dev"]), .brew(["jemalloc"])]),
    .target(name: "CascadeMemory", dependencies: ["CJemalloc"], swiftSettings: moduleSettings),
    .executableTarget(
        name: "CascadeCommand",
        dependencies: [
            "Cascade", "CascadeGateway", "CascadeMemory", "CascadeTesting", "CascadeTransport",
            .product(name: "ArgumentParser", package: "swift-argument-parser"),
            .product(name: "Logging", package: "swift-log"),
        ],
        swiftSettings: moduleSettings),
    .testTarget(name: "CascadeMemoryTests", dependencies: ["CascadeMemory"], swiftSettings: swiftSettings),
    .testTarget(
        name: "CascadeCommandTests", dependencies: ["CascadeCommand", "CascadeGateway", "CascadeTesting"],
        swiftSettings: swiftSettings),
]

let package = Package(
    name: "cascade",
    products: [
        .library(name: "Cascade", targets: ["Cascade"]),
        .library(name: "CascadeGateway", targets: ["CascadeGateway"]),
        .library(name: "CascadeTesting", targets: ["CascadeTesting"]),
    ] + (usesJemalloc ? jemallocProducts : []),
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // The C core.
        .systemLibrary(
            name: "CLibcurl", path: "CSources/CLibcurl", pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"]), .brew(["curl"])]),
        .systemLibrary(
            name: "CLibmicrohttpd", path: "CSources/CLibmicrohttpd", pkgConfig: "libmicrohttpd",
            providers: [.apt(["libmicrohttpd-dev"]), .brew(["libmicrohttpd"])]),
        .systemLibrary(
            name: "CGnuTLS", path: "CSources/CGnuTLS", pkgConfig: "gnutls",
            providers: [.apt(["libgnutls28-dev"]), .brew(["gnutls"])]),
        .systemLibrary(
            name: "CSQLite", path: "CSources/CSQLite", pkgConfig: "sqlite3",
            providers: [.apt(["libsqlite3-dev"]), .brew(["sqlite"])]),
        .systemLibrary(name: "CLinux", path: "CSources/CLinux"),
        .target(name: "CCascade", path: "CSources/CCascade", cSettings: cSettings),
        .target(
            name: "CCascadeTransport", dependencies: ["CCascade", "CLibcurl"], path: "CSources/CCascadeTransport",
            cSettings: cSettings + [.define("_GNU_SOURCE")]),
        .target(
            name: "CCascadeServer", dependencies: ["CCascadeTransport", "CLibmicrohttpd"],
            path: "CSources/CCascadeServer", cSettings: cSettings + [.define("_GNU_SOURCE")]),
        .target(
            name: "CCascadeJSON", path: "CSources/CCascadeJSON",
            linkerSettings: [.linkedLibrary("simdjson")]),

        // The Swift modules, lowest first.
        .target(name: "CascadePolicy", swiftSettings: moduleSettings),
        .target(name: "CascadeFormats", dependencies: ["CCascade", "CCascadeJSON"], swiftSettings: moduleSettings),
        .target(
            name: "CascadeTransport", dependencies: ["CCascade", "CCascadeTransport"], swiftSettings: moduleSettings),
        .target(
            name: "Cascade",
            dependencies: [
                "CascadePolicy", "CascadeFormats", "CascadeTransport",
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: moduleSettings),
        .target(name: "CascadeTesting", dependencies: ["Cascade", "CLinux"], swiftSettings: moduleSettings),

        .target(
            name: "CascadeGateway",
            dependencies: [
                "Cascade", "CascadeFormats", "CascadeTransport", "CCascadeServer", "CGnuTLS", "CSQLite",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            resources: [.embedInCode("Dashboard/Web")], swiftSettings: moduleSettings),

        // Tests, one target a module.
        .target(name: "CCurlHost", dependencies: ["CLibcurl"], path: "CSources/CCurlHost", cSettings: cSettings),
        .testTarget(name: "CCascadeTests", dependencies: ["CCascade"], swiftSettings: swiftSettings),
        .testTarget(name: "CascadePolicyTests", dependencies: ["CascadePolicy"], swiftSettings: swiftSettings),
        .testTarget(
            name: "CascadeFormatsTests", dependencies: ["CascadeFormats", "CCascadeJSON"],
            resources: [.copy("Fixtures")], swiftSettings: swiftSettings),
        .testTarget(
            name: "CascadeTransportTests", dependencies: ["CascadeTransport", "CascadeTesting", "CLinux"],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "CascadeTests",
            dependencies: [
                "Cascade", "CascadeTesting", "CCurlHost", .product(name: "InMemoryLogging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
            ],
            swiftSettings: swiftSettings),
        .testTarget(
            name: "CascadeGatewayTests",
            dependencies: [
                "Cascade", "CascadeGateway", "CascadeTesting", .product(name: "Logging", package: "swift-log"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            resources: [.copy("Clients"), .copy("Configurations")],
            swiftSettings: swiftSettings),
        // Across modules: what providers, networks, callers and configurations do to a router.
        .testTarget(
            name: "CascadeFaultTests", dependencies: ["Cascade", "CascadeTransport", "CascadeTesting"],
            swiftSettings: swiftSettings),
    ] + (usesJemalloc ? jemallocTargets : []),
    cLanguageStandard: .c17,
    cxxLanguageStandard: .cxx17
)

// `Scripts/sanitize thread` sets this, and has every file import this module in place of Synchronization: see there.
if Context.environment["CASCADE_WATCH_THREADS"] == "1" {
    let name = "WatchedSynchronization"
    for target in package.targets where target.swiftSettings != nil { target.dependencies.append(.target(name: name)) }
    package.targets.append(.target(name: name, path: "Tests/ThreadSanitizer"))
}
