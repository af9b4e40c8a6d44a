// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
]

let folder = Context.packageDirectory.split(separator: "/").dropLast(2).last ?? ""
let tested = String(folder.lowercased().map { $0.isLetter || $0.isNumber ? $0 : "_" })

/// The fuzz targets are a package of their own: all of it is built with sanitizers, by `Scripts/fuzz`.
let package = Package(
    name: "cascade-fuzz",
    dependencies: [.package(name: "cascade", path: "../..")],
    targets: [
        // What faces the C core. Its headers come with the product that is built upon it.
        .target(name: "CFuzzTargets", dependencies: [.product(name: "Cascade", package: "cascade")]),
        .executableTarget(
            name: "CascadeFuzz",
            dependencies: [
                "CFuzzTargets", .product(name: "Cascade", package: "cascade"),
                .product(name: "CascadeGateway", package: "cascade"),
                .product(name: "CascadeTesting", package: "cascade"),
            ],
            // The readers of clients' requests are the package's own, and a package is known by its folder's name.
            packageAccess: false,
            swiftSettings: swiftSettings + [.unsafeFlags(["-package-name", tested])]),
    ],
    cxxLanguageStandard: .cxx17
)
