internal import Cascade
internal import CascadeFormats

#if canImport(FoundationEssentials)
    internal import FoundationEssentials
#else
    internal import Foundation
#endif

/// What the dashboard's buttons ask for, at the addresses of the router's API.
struct RouterControl {
    let router: CascadeRouter
    let exchange: Exchange

    private static let prefix = "/api/v1/router/providers/"
    private static let suffix = "/control"
    private static let healthCheck = "/api/v1/router/health-check"

    static func owns(_ path: String) -> Bool {
        path == healthCheck || (path.hasPrefix(prefix) && path.hasSuffix(suffix))
    }

    func serve() async {
        if exchange.path == Self.healthCheck { return await checkHealth() }
        control(String(exchange.path.dropFirst(Self.prefix.count).dropLast(Self.suffix.count)))
    }

    private struct Order: Decodable {
        var action: String
    }

    private func control(_ provider: String) {
        let body = exchange.readBody { (padded, count) in
            var body = Data(capacity: count)
            for index in 0..<count { body.append(padded[index]) }
            return body
        }
        guard let order = try? JSONDecoder().decode(Order.self, from: body) else {
            return refuse(400, #"the body is not {"action": "enable"}, or another action"#)
        }
        guard router.status.providers.contains(where: { $0.name == provider }) else {
            return refuse(404, "there is no provider \(provider.prefix(200))")
        }
        switch order.action {
        case "enable":
            guard router.setEnabled(provider, true) else {
                return refuse(409, "\(provider) cannot be enabled; the log says why")
            }
            tell("\(provider) is enabled")
        case "disable":
            router.setEnabled(provider, false)
            tell("\(provider) is disabled")
        case "reset_circuit":
            router.resetCircuit(provider)
            tell("the circuit of \(provider) is closed")
        default:
            refuse(400, "\(order.action.prefix(50)) is none of enable, disable, reset_circuit")
        }
    }

    private func refuse(_ status: Int, _ message: String) {
        exchange.refuse(ErrorAnswer(status: status, type: .invalidRequest, code: nil, message: message))
    }

    private func tell(_ message: String) {
        var json = JSONBytes()
        json.raw("{")
        json.member("message", message, isFirst: true)
        json.raw("}")
        exchange.answerJSON(json.bytes)
    }

    private func checkHealth() async {
        let reports = await router.checkHealth()
        var json = JSONBytes()
        json.raw("{")
        json.member("checked_at", Date().formatted(.iso8601), isFirst: true)
        json.raw(#","providers":["#)
        for (index, report) in reports.enumerated() {
            json.raw(index == 0 ? "{" : ",{")
            json.member("name", report.provider, isFirst: true)
            json.member("type", report.type.rawValue)
            json.member("healthy", report.isHealthy)
            json.member("status", report.status.rawValue)
            json.member("detail", report.detail)
            json.raw("}")
        }
        json.raw("]")
        json.member("healthy_count", reports.count { $0.isHealthy })
        json.raw("}")
        exchange.answerJSON(json.bytes)
    }
}
