internal import ArgumentParser
internal import Cascade
internal import CascadeGateway

/// Where the gateway's store is.
struct StoreOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The file of keys, usage and history; else CASCADE_GATEWAY_STORE.", valueName: "file"))
    var store: String?

    func validate() throws {
        if store == "" { throw ValidationError("--store takes a file, not an empty text.") }
    }

    /// `nil` when none is named.
    func path() throws(CommandFailure) -> String? {
        if let store { return store }
        return try ConfigurationOptions.tuning().gatewayStorePath
    }

    func open(makesFile: Bool) throws(CommandFailure) -> GatewayStore? {
        guard let path = try path() else { return nil }
        do throws(GatewayStoreError) {
            return try GatewayStore(path: path, makesFile: makesFile)
        } catch {
            throw .usage(error.message)
        }
    }

    /// The store of a command that is about nothing else.
    func required(makesFile: Bool) throws(CommandFailure) -> GatewayStore {
        guard let store = try open(makesFile: makesFile) else {
            throw .usage("no store is named; give --store FILE, or set CASCADE_GATEWAY_STORE")
        }
        return store
    }
}

extension CommandFailure {
    init(_ error: GatewayStoreError) {
        self = .usage(error.message)
    }
}
