// swift-tools-version: 6.2

import PackageDescription

// The rooms of the house, from the ground up; a room may import only rooms below it.
// Sources/Daemon/Swerve.docc/Architecture.md says what each one is for.

/// Holds for every Swift target.
let house: [SwiftSetting] = [
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),
]

/// For rooms that touch raw memory: every unsafe expression is marked, so that it can be found.
let unsafe: [SwiftSetting] = house + [.strictMemorySafety()]

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
]
let embedded: Target.Dependency = .product(name: "NIOEmbedded", package: "swift-nio")
let http: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let tls: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "swerve",
    targets: [
        // C: system libraries, and what Swift cannot import
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),

        // 1
        .target(name: "Addresses", swiftSettings: house),
        .target(name: "Diagnostics", swiftSettings: house),
        .target(name: "Telemetry", swiftSettings: unsafe),
        .target(name: "Patterns", dependencies: ["CPCRE2"], swiftSettings: unsafe),

        // A suite of tests for each room
        tests("Addresses"),
        tests("Diagnostics"),
        tests("Patterns"),
    ],
    swiftLanguageModes: [.v6]
)

/// The tests of a room, in Tests/<Room>Tests.
func tests(
    _ room: String, _ others: Target.Dependency..., also products: [Target.Dependency] = [],
    exclude: [String] = [], settings: [SwiftSetting] = house
) -> Target {
    .testTarget(
        name: "\(room)Tests",
        dependencies: [.target(name: room)] + others + products, exclude: exclude,
        swiftSettings: settings)
}
