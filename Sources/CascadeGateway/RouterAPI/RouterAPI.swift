internal import Cascade
internal import CascadeFormats

/// The predecessor's API, under `/api/v1/router`.
struct RouterAPI {
    let router: CascadeRouter
    let exchange: Exchange
    /// The gateway ends, and takes on nothing new.
    let isRefusing: Bool

    static let prefix = "/api/v1/router"

    private enum Action {
        case complete, status, metrics, providers, healthCheck, configuration
        case control(provider: String)

        init?(_ path: Substring) {
            switch path {
            case "/complete": self = .complete
            case "/status": self = .status
            case "/metrics": self = .metrics
            case "/providers": self = .providers
            case "/health-check": self = .healthCheck
            case "/config": self = .configuration
            default:
                let (start, end) = ("/providers/", "/control")
                guard path.hasPrefix(start), path.hasSuffix(end), path.utf8.count > start.utf8.count + end.utf8.count
                else { return nil }
                self = .control(provider: String(path.dropFirst(start.count).dropLast(end.count)))
            }
        }

        var method: String {
            switch self {
            case .complete, .healthCheck, .control: "POST"
            case .status, .metrics, .providers, .configuration: "GET"
            }
        }
    }

    func serve() async {
        guard let action = Action(exchange.path.dropFirst(Self.prefix.count)) else {
            return refuse(404, "there is nothing at \(exchange.path.prefix(200))")
        }
        guard exchange.allows(action.method) else { return }
        if isRefusing, action.method == "POST" { return exchange.refuse(.shuttingDown) }
        switch action {
        case .complete: await complete()
        case .status: answer(Self.status(router.status))
        case .metrics: answer(Self.metrics(router.metrics))
        case .providers: answer(.array(router.status.providers.map(Self.provider)))
        case .healthCheck: answer(Self.healthCheck(await router.checkHealth()))
        case .configuration: answer(Self.configuration(router.configuration, router.status))
        case .control(let provider): control(provider)
        }
    }

    private func complete() async {
        let call: RouterCompletionCall
        do throws(ClientRequestError) {
            call = try exchange.readBody { (body, count) throws(ClientRequestError) in
                try RouterCompletionCall(body, count: count)
            }
        } catch {
            return refuse(error)
        }
        // A model that nobody lists becomes each provider's own, which a key must be allowed then.
        let model = call.request.model.flatMap { router.knowsModel($0) ? $0 : nil }
        guard exchange.admits(model: model, TokenEstimate(call.request)) else { return }
        do throws(CascadeError) {
            let reply = try await router.complete(call.request)
            let body = ReportValue.object([
                ("content", .string(reply.content)), ("provider", .string(reply.provider)),
                ("model", .string(reply.model)), ("latency_ms", .milliseconds(reply.latency)),
            ])
            exchange.answerJSON(body.bytes, AnswerFields(reply))
            exchange.account(for: reply)
        } catch {
            refuse(error)
            exchange.note(error)
        }
    }

    private func control(_ provider: String) {
        let call: RouterControlCall
        do throws(ClientRequestError) {
            call = try exchange.readBody { (body, count) throws(ClientRequestError) in
                try RouterControlCall(body, count: count)
            }
        } catch {
            return refuse(error)
        }
        guard router.configuration.providers.contains(where: { $0.name == provider }) else {
            return refuse(404, "there is no provider \(provider.prefix(200)); GET \(Self.prefix)/providers lists them")
        }
        switch call.action {
        case "enable", "disable":
            let isEnabled = call.action == "enable"
            guard router.setEnabled(provider, isEnabled) else {
                return refuse(503, "\(provider) cannot be switched; the gateway's log says why")
            }
            let obstacle = isEnabled ? router.obstacle(of: provider).map { ", but it cannot be asked: \($0)" } : nil
            told("Provider \(provider) \(call.action)d\(obstacle ?? "")")
        case "reset_circuit":
            router.resetCircuit(provider)
            told("Circuit breaker of \(provider) reset")
        default: refuse(400, "unknown action \(call.action.prefix(200)); there are enable, disable and reset_circuit")
        }
    }

    private func told(_ message: String) {
        answer(.object([("message", .string(message))]))
    }

    private func answer(_ value: ReportValue) {
        exchange.answerJSON(value.bytes)
    }
}
