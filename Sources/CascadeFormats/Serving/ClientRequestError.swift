/// What is wrong with a request that a client sent to the gateway; its own to mend.
package struct ClientRequestError: Error, Sendable, Hashable {
    /// For a person; names the place, never the value.
    package var message: String
    /// The member that is wrong: `messages[2].content`.
    package var parameter: String?

    package init(_ message: String, parameter: String? = nil) {
        self.message = message
        self.parameter = parameter
    }

    /// What only a provider can be asked for that speaks the client's own format.
    static func onlyHere(_ what: String, at parameter: String) -> ClientRequestError {
        ClientRequestError(
            "\(what) can only be asked of a provider that speaks the format of this request", parameter: parameter)
    }

    /// Two members of a name would be read differently by two readers.
    static func twice(_ name: String) -> ClientRequestError {
        ClientRequestError("\(name) is given twice", parameter: name)
    }

    static func expected(_ what: String, at parameter: String) -> ClientRequestError {
        ClientRequestError("\(parameter) must be \(what)", parameter: parameter)
    }
}
