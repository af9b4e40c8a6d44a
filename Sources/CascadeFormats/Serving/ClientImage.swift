extension ImageSource {
    /// A picture as a client names it: a base64 data URI, or an http address for the provider to look at. Never a file: a
    /// client may not have the gateway's machine read.
    init?(ofClient text: String) {
        if let source = ImageSource(dataURI: text) {
            self = source
            return
        }
        guard Self.isWebAddress(text) else { return nil }
        self = .url(text)
    }

    static func isWebAddress(_ text: String) -> Bool {
        let start = text.prefix(8).lowercased()
        return start.hasPrefix("https://") || start.hasPrefix("http://")
    }
}
