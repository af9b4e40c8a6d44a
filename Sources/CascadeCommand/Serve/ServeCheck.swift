internal import Cascade
internal import CascadeGateway

/// `cascade serve --check`: tells all that keeps a gateway from serving, and all that is odd.
struct ServeCheck {
    let source: ConfigurationOptions
    let options: GatewayOptions
    /// Open the store and the access log as serving would.
    let openStore: () throws(CommandFailure) -> GatewayStore?
    let openAccessLog: () throws(CommandFailure) -> AccessLog?
    let hint: (GatewayError) -> String

    func run() async throws {
        _ = try ConfigurationOptions.tuning()
        var problems: [String] = []
        let configuration = try await usable(&problems)
        var options = options
        do throws(CommandFailure) {
            options.store = try openStore()
        } catch {
            problems += [error.message].compactMap { $0 }
        }
        do throws(CommandFailure) {
            await (try openAccessLog())?.close()
        } catch {
            problems += [error.message].compactMap { $0 }
        }
        let address = await servable(configuration ?? CascadeConfiguration(), options, &problems)
        for problem in problems { Console.report(problem) }
        guard let configuration, let address, problems.isEmpty else {
            throw CommandFailure(status: ExitStatus.usage, message: nil)
        }
        try Console.write("ok: \(address): \(CheckCommand.summary(configuration))\n")
    }

    /// The configuration, its warnings told; `nil` when its errors were.
    private func usable(_ problems: inout [String]) async throws -> CascadeConfiguration? {
        let configuration: CascadeConfiguration
        do throws(CommandFailure) {
            switch source.source {
            case .file(let path): configuration = try CheckCommand.read(path)
            case .environment: configuration = try await source.load()
            }
        } catch {
            problems += [error.message].compactMap { $0 }
            return nil
        }
        Console.report(configuration.warnings)
        return configuration
    }

    /// The address, if it can be served, or will be once another process has let go of it: a gateway that runs is no
    /// reason to find fault with the configuration of the next one.
    private func servable(
        _ configuration: CascadeConfiguration, _ options: GatewayOptions, _ problems: inout [String]
    ) async -> String? {
        var configuration = configuration
        // They have been told.
        configuration.warnings = []
        let router: CascadeRouter
        do throws(CommandFailure) {
            let routerOptions = RouterOptions(logger: ConfigurationOptions.silence)
            router = try ConfigurationOptions.router(configuration, routerOptions)
        } catch {
            problems += [error.message].compactMap { $0 }
            return nil
        }
        var address: String?
        do throws(GatewayError) {
            let gateway = try await GatewayServer(router: router, options: options)
            address = gateway.address
            await gateway.shutdown()
        } catch {
            if error.isAddressTaken {
                Console.remark(error.message)
                address = GatewayServer.address(host: options.host, port: options.port)
            } else {
                problems.append(error.message + hint(error))
            }
        }
        await router.shutdown()
        return address
    }
}
