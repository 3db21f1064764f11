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
let http: Target.Dependency = .product(name: "NIOHTTP1", package: "swift-nio")
let http2: Target.Dependency = .product(name: "NIOHTTP2", package: "swift-nio-http2")
let headerFields: Target.Dependency = .product(name: "NIOHPACK", package: "swift-nio-http2")
let tls: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")
let tlsEvents: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let log: Target.Dependency = .product(name: "Logging", package: "swift-log")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
    name: "swerve",
    products: [
        // For Tests/Lab: loaded in front of the guest's kernel.
        .library(name: "LabRegisters", type: .dynamic, targets: ["LabRegisters"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-http2", from: "1.40.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.30.0"),
    ],
    targets: [
        // C: system libraries, and what Swift cannot import
        .systemLibrary(name: "CLDNS", pkgConfig: "ldns", providers: [.apt(["libldns-dev"])]),
        .systemLibrary(name: "CPCRE2", pkgConfig: "libpcre2-8", providers: [.apt(["libpcre2-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .target(name: "CLinux"),

        // 1
        .target(name: "Addresses", swiftSettings: house),
        .target(name: "Diagnostics", swiftSettings: house),
        .target(name: "Telemetry", swiftSettings: unsafe),
        .target(name: "Patterns", dependencies: ["CPCRE2"], swiftSettings: unsafe),
        .target(name: "ControlProtocol", swiftSettings: house),
        .target(name: "DNSWire", dependencies: ["Addresses", "CLinux"], swiftSettings: unsafe),

        // 2
        .target(name: "Zones", dependencies: ["Addresses", "DNSWire"], swiftSettings: unsafe),
        .target(name: "Health", dependencies: ["Addresses"], swiftSettings: house),
        .target(name: "Director", dependencies: ["Addresses"], swiftSettings: house),
        .target(name: "Netlink", dependencies: ["Addresses", "CLinux"], swiftSettings: unsafe),
        .target(name: "Sockets", dependencies: ["Addresses", "CLinux"], swiftSettings: unsafe),
        .target(name: "Privileges", dependencies: ["CLinux"], swiftSettings: unsafe),

        // 3
        .target(
            name: "Answering", dependencies: ["Addresses", "DNSWire", "Telemetry", "Zones"],
            swiftSettings: unsafe),
        .target(
            name: "ZoneFiles", dependencies: ["Addresses", "CLDNS", "Diagnostics", "DNSWire", "Zones"],
            swiftSettings: unsafe),
        .target(name: "Steering", dependencies: ["Addresses", "Director", "Zones"], swiftSettings: house),
        .target(
            name: "Probes",
            dependencies: [
                "Addresses", "CCrypto", "CLinux", "DNSWire", "Health", "Patterns", "Sockets", http, http2,
                headerFields, tls, tlsEvents,
            ] + nio,
            swiftSettings: house),
        .target(name: "IPVS", dependencies: ["Addresses", "Director", "Netlink"], swiftSettings: house),
        .target(
            name: "Relay", dependencies: ["Addresses", "CLinux", "Director", "Sockets", log],
            swiftSettings: unsafe),
        .target(
            name: "HostNetwork", dependencies: ["Addresses", "CLinux", "Director", "Netlink"],
            swiftSettings: unsafe),

        // 4
        .target(
            name: "Control",
            dependencies: [
                "Addresses", "Answering", "DNSWire", "Director", "Health", "Sockets", "Steering", "Zones",
            ], swiftSettings: house),
        .target(
            name: "UDPServer", dependencies: ["Addresses", "Answering", "CLinux", "Sockets", "Telemetry"],
            swiftSettings: unsafe),
        .target(
            name: "Settings",
            dependencies: [
                "Addresses", "Diagnostics", "Director", "DNSWire", "Health", "Patterns",
            ], swiftSettings: house),
        .target(
            name: "Admin", dependencies: ["ControlProtocol", "Diagnostics", log] + nio, swiftSettings: unsafe),

        // 5
        .target(
            name: "StreamServer",
            dependencies: ["Addresses", "Answering", "CLinux", "Sockets", "Telemetry", log],
            swiftSettings: unsafe),

        // 6
        .target(
            name: "Daemon",
            dependencies: [
                "Addresses", "Admin", "Answering", "CLinux", "Control", "ControlProtocol", "DNSWire",
                "Diagnostics",
                "Director", "Health", "HostNetwork", "IPVS", "Privileges", "Probes", "Relay", "Settings",
                "Sockets", "Steering", "StreamServer", "Telemetry", "UDPServer", "ZoneFiles", "Zones", log,
            ] + nio, swiftSettings: unsafe),

        // 7
        .executableTarget(name: "swerved", dependencies: ["Daemon", arguments], swiftSettings: house),
        .executableTarget(
            name: "swervectl",
            dependencies: [
                "Addresses", "Admin", "CLinux", "ControlProtocol", "Daemon", "DNSWire", "Diagnostics",
                "Director",
                "Health",
                "HostNetwork", "IPVS", "Probes", "Settings", "ZoneFiles", "Zones", arguments, log, http,
            ] + nio, swiftSettings: unsafe),

        // What tests share
        .target(
            name: "TestZones", dependencies: ["Addresses", "DNSWire", "Zones"], path: "Tests/TestZones",
            swiftSettings: house),
        .target(
            name: "DNSClient", dependencies: ["Addresses", "Answering", "DNSWire", "Sockets", "Zones"],
            path: "Tests/DNSClient", swiftSettings: unsafe),
        .target(
            name: "BackendBattery", dependencies: ["Addresses", "Director"], path: "Tests/BackendBattery",
            swiftSettings: house),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Addresses", "Answering", "ControlProtocol", "DNSWire", "Diagnostics", "Director",
                "HostNetwork",
                "IPVS", "Netlink", "Patterns", "Probes", "Settings", "Telemetry", "ZoneFiles", "Zones",
            ], path: "Tests/FuzzTargets", swiftSettings: house),
        .executableTarget(
            name: "PrivilegesProbe", dependencies: ["Privileges"], path: "Tests/PrivilegesProbe",
            swiftSettings: unsafe),

        .target(name: "LabRegisters", path: "Tests/LabRegisters"),

        // A suite of tests for each room
        tests("Addresses"),
        tests("Diagnostics"),
        tests("Patterns"),
        tests("ControlProtocol"),
        tests("DNSWire", "Addresses"),
        tests("Zones", "Addresses", "DNSWire", "TestZones"),
        tests("Health", "Addresses"),
        tests("Director", "Addresses"),
        tests("Netlink", "Addresses", "CLinux"),
        tests("Privileges", "PrivilegesProbe", settings: unsafe),
        tests("Answering", "Addresses", "DNSWire", "Telemetry", "TestZones", "Zones"),
        tests("ZoneFiles", "Addresses", "Diagnostics", "DNSWire", "Zones"),
        tests("Steering", "Addresses", "Director", "DNSWire", "Zones"),
        tests("Probes", "Addresses", "Health", also: [tls, http] + nio),
        tests("IPVS", "Sockets", "Addresses", "Director", "Netlink", exclude: ["ipvsadm-requests.txt"]),
        tests("Relay", "Addresses", "BackendBattery", "Director", "Sockets", also: [log] + nio),
        tests("HostNetwork", "Addresses", "Director", "Netlink"),
        tests(
            "Control", "Addresses", "Answering", "DNSWire", "Director", "Health", "Steering", "Telemetry",
            "TestZones", "Zones"),
        tests(
            "UDPServer", "Addresses", "Answering", "CLinux", "DNSClient", "DNSWire", "Sockets", "Telemetry",
            settings: unsafe),
        tests("Settings", "Addresses", "Diagnostics", "Director", "DNSWire", "Health"),
        tests("Admin", "ControlProtocol", "Diagnostics", also: [log] + nio),
        tests(
            "StreamServer", "Addresses", "Answering", "DNSClient", "DNSWire", "Sockets", "Telemetry",
            "UDPServer",
            also: [log], settings: unsafe),
        tests(
            "Daemon", "Addresses", "Answering", "Control", "ControlProtocol", "DNSClient", "DNSWire",
            "Diagnostics",
            "Director", "FuzzTargets", "Health", "HostNetwork", "Probes", "Settings", "Steering", "ZoneFiles",
            "Zones", "swerved", also: nio),
        .testTarget(
            name: "SwervectlTests",
            dependencies: [
                "Addresses", "Admin", "ControlProtocol", "Daemon", "Diagnostics", "Director", "Health",
                "HostNetwork", "Probes", "Settings", "swervectl", log,
            ] + nio, swiftSettings: house),
        .testTarget(
            name: "HostileTests",
            dependencies: ["Answering", "FuzzTargets"], path: "Tests/Hostile", exclude: ["flood"],
            swiftSettings: house),
        .testTarget(
            name: "InteropTests",
            dependencies: [
                "Addresses", "Answering", "DNSClient", "DNSWire", "StreamServer", "UDPServer", "ZoneFiles", log,
            ], path: "Tests/Interop", exclude: ["lookup.example.zone"], swiftSettings: house),
        .testTarget(
            name: "ConformanceTests",
            dependencies: [
                "Addresses", "Answering", "DNSClient", "DNSWire", "Diagnostics", "Director", "Steering",
                "StreamServer", "Telemetry", "TestZones", "ZoneFiles", "Zones", log,
            ], path: "Tests/Conformance", swiftSettings: house),
        .testTarget(
            name: "ZoneTextTests",
            dependencies: [
                "Addresses", "Answering", "DNSWire", "Diagnostics", "Telemetry", "TestZones", "ZoneFiles",
                "Zones",
                "swervectl",
            ], path: "Tests/ZoneText", exclude: ["Rows"], swiftSettings: house),
        .testTarget(
            name: "DifferentialTests",
            dependencies: [
                "Addresses", "Answering", "DNSClient", "DNSWire", "Diagnostics", "Sockets", "Telemetry",
                "ZoneFiles", "Zones", "swerved",
            ], path: "Tests/Differential", exclude: ["Regressions/regressions.txt", "run"],
            swiftSettings: house),
        .testTarget(
            name: "ServiceTests",
            dependencies: ["Addresses", "Health", "Probes", "swerved", "swervectl"] + nio,
            path: "Tests/Services", exclude: ["serve", "Judge/ipvsadm"], swiftSettings: house),
        .testTarget(
            name: "LabTests", dependencies: ["swerved", "swervectl"], path: "Tests/Lab",
            exclude: ["guest"],
            swiftSettings: house),
    ],
    swiftLanguageModes: [.v6]
)

// Programs that measure, built only when asked for: SWERVE_BENCHMARKS=1 swift build -c release
if Context.environment["SWERVE_BENCHMARKS"] != nil {
    package.targets += [
        .executableTarget(
            name: "EngineBenchmark",
            dependencies: [
                "Addresses", "Answering", "DNSWire", "Sockets", "Telemetry", "TestZones", "UDPServer", "Zones",
            ],
            path: "Tests/Benchmarks/EngineBenchmark", swiftSettings: house),
        .executableTarget(
            name: "CheckBenchmark", dependencies: ["ControlProtocol"], path: "Tests/Benchmarks/CheckBenchmark",
            swiftSettings: house),
        .executableTarget(
            name: "LoadBenchmark", dependencies: ["DNSWire", "ZoneFiles"],
            path: "Tests/Benchmarks/LoadBenchmark", swiftSettings: house),
        .executableTarget(
            name: "VerdictBenchmark",
            dependencies: [
                "Addresses", "Answering", "Control", "DNSWire", "Director", "Health", "IPVS", "Relay",
                "Telemetry", "TestZones", "Zones", log,
            ] + nio, path: "Tests/Benchmarks/VerdictBenchmark", exclude: ["guest.sh"],
            swiftSettings: house),
        .executableTarget(
            name: "ServeZone",
            dependencies: [
                "Addresses", "Answering", "DNSWire", "StreamServer", "UDPServer", "ZoneFiles", "Zones", log,
            ],
            path: "Tests/Benchmarks/ServeZone", swiftSettings: unsafe),
    ]
}

// The fuzzers, built only by Tests/Fuzzers/run: with the sanitizers' flags, libFuzzer brings the main.
if Context.environment["SWERVE_FUZZERS"] != nil {
    package.targets.append(
        .executableTarget(
            name: "Fuzzer", dependencies: ["FuzzTargets"], path: "Tests/Fuzzers/Fuzzer",
            swiftSettings: house + [.unsafeFlags(["-parse-as-library"])],
            linkerSettings: [.unsafeFlags(["-sanitize=address"])]))
}

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
