// swift-tools-version: 6.2
import PackageDescription

/// The benchmark suite is a package of its own, so that its dependencies reach nobody who uses Cascade.
/// It has no targets yet: the suite, `cascade-bench`, comes with its own change.
let package = Package(
    name: "cascade-benchmarks",
    dependencies: [.package(name: "cascade", path: "..")],
    targets: []
)
