/// What an engine is to do: the same requests to the same upstreams, whichever engine it is.
struct Load: Sendable {
    /// Base URLs of OpenAI's format, such as `http://127.0.0.1:9000/v1`, in the order in which they are tried.
    var upstreams: [String]
    var requests: Int
    /// At a time.
    var concurrency: Int
    var isStreamed: Bool
    /// Between the first requests of two connections, so that paced answers do not come all at the same instant.
    var staggerMilliseconds = 0
    /// At least, between two requests of one connection; 0: the next is sent when the last has been answered.
    var intervalMilliseconds = 0
    var prompt = "Why is the sky blue?"
    var model = "bench"

    var body: String {
        let options = isStreamed ? #","stream":true,"stream_options":{"include_usage":true}"# : ""
        return #"{"model":"\#(model)","messages":[{"role":"user","content":"\#(prompt)"}]\#(options)}"#
    }

    static func prompt(ofBytes count: Int) -> String {
        let words = "Why is the sky blue, and the sea? "
        return String(String(repeating: words, count: count / words.utf8.count + 1).prefix(count))
    }

    /// The same load, `count` requests of it.
    func with(requests count: Int) -> Load {
        var load = self
        load.requests = count
        return load
    }

    func with(isStreamed: Bool) -> Load {
        var load = self
        load.isStreamed = isStreamed
        return load
    }
}
