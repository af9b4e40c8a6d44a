internal import CascadeTransport
package import Logging

/// What the gateway's keys and history are reckoned by.
extension CascadeRouter {
    package var clock: any RouterClock { core.clock }

    package var logger: Logger { core.logger }

    /// US dollars, by the configuration's prices; nothing where it names none.
    package func cost(promptTokens: Int, completionTokens: Int, provider: String, model: String) -> Double {
        core.snapshot[provider]?.price(of: model)
            .cost(promptTokens: promptTokens, completionTokens: completionTokens) ?? 0
    }
}
