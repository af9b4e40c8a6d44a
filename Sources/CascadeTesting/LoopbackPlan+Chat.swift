extension LoopbackPlan {
    /// The response to a chat request, with or without a fault.
    static func chat(_ call: LoopbackCall, _ script: LoopbackProvider.Script, _ fault: LoopbackProvider.Fault?)
        -> LoopbackPlan
    {
        var script = script
        if case .hugeEvent(let bytes) = fault {
            script.text = String(repeating: "x", count: bytes)
            script.chunks = 1
        }
        var builder = LoopbackPlanBuilder()
        builder.pause(script.firstDelay)
        if case .slowHeaders(let delay) = fault { builder.pause(delay) }
        if !builder.failure(fault, format: call.format) {
            let answer = LoopbackAnswer(script, model: call.model)
            if let embedding = call.embedding {
                let body = embedding.body(for: call, usage: script.usage)
                builder.whole(body, format: call.format, fault)
            } else if call.isStreaming {
                builder.stream(answer.frames(for: call), chunkDelay: script.chunkDelay, fault)
            } else {
                builder.whole(answer.body(for: call.format), format: call.format, fault)
            }
        }
        if fault == .closeAfterAnswer { builder.ending = .close }
        return builder.plan(sendsSingleBytes: fault == .oneByteAtATime)
    }

    /// A response that is nothing but a fault; nil if the fault is one within an answer.
    static func failure(_ fault: LoopbackProvider.Fault, format: LoopbackProvider.WireFormatName) -> LoopbackPlan? {
        var builder = LoopbackPlanBuilder()
        return builder.failure(fault, format: format) ? builder.plan() : nil
    }
}

extension LoopbackPlanBuilder {
    /// Appends the response of a fault that has no answer in it, and tells whether it is such a fault.
    fileprivate mutating func failure(
        _ fault: LoopbackProvider.Fault?, format: LoopbackProvider.WireFormatName
    ) -> Bool {
        switch fault {
        case .refuse, .resetBeforeHead: ending = .reset
        case .closeBeforeHead: ending = .close
        case .noAnswer: ending = .hold
        case .cutHead:
            raw("HTTP/1.1 200 OK\r\nContent-Type: text/event-")
            ending = .close
        case .garbage:
            raw("\u{16}\u{3}\u{1} this is not HTTP \u{0}\u{1}\u{2}\r\n\r\n")
            ending = .close
        case .emptyBody: response(contentType: "application/json", "")
        case .errorIn200:
            response(contentType: "application/json", LoopbackProblem(status: 500, format: format).json)
        case .status(let status): response(LoopbackProblem(status: status, format: format))
        case .html(let status):
            response(
                status: status, contentType: "text/html; charset=UTF-8", fields: "cf-ray: loopback\r\n",
                "<!DOCTYPE html>\n<html><head><title>\(status)</title></head><body><h1>\(status)</h1></body></html>\n")
        case .rateLimit(let delay): response(.rateLimit(delay, format))
        case .quota: response(.quota(format))
        case .overloaded: response(.overloaded(format))
        case .auth: response(.auth(format))
        case .contextLength: response(.contextLength(format))
        default: return false
        }
        return true
    }

    fileprivate mutating func stream(
        _ frames: LoopbackFrames, chunkDelay: Duration, _ fault: LoopbackProvider.Fault?
    ) {
        answerHead(contentType: frames.contentType, length: nil, fault)
        for event in frames.opening { body(event) }
        let sent = min(fault?.chunkLimit ?? .max, frames.chunks.count)
        for index in 0..<sent {
            if case .malformedEvent(index) = fault { body(frames.malformed) }
            pause(chunkDelay)
            body(frames.chunks[index])
            countChunk()
        }
        let next = sent < frames.chunks.count ? frames.chunks[sent] : frames.terminal[0]
        switch fault {
        case .reset: ending = .reset
        case .truncate:
            half(ofBody: next)
            ending = .close
        case .cleanCut: endBody()
        case .closeDelimited: ending = .close
        case .stall: ending = .hold
        case .pings(let interval): pings(frames.ping, every: interval)
        case .errorInStream:
            body(frames.error)
            endBody()
            ending = .close
        default:
            if case .malformedEvent(let count) = fault, count >= sent { body(frames.malformed) }
            for event in frames.finish { body(event) }
            for event in frames.terminal where fault != .noTerminal { body(event) }
            endBody()
        }
    }

    fileprivate mutating func whole(
        _ json: String, format: LoopbackProvider.WireFormatName, _ fault: LoopbackProvider.Fault?
    ) {
        func head(_ builder: inout Self, length: Int?) {
            builder.answerHead(contentType: "application/json", length: length, fault)
        }
        let length = json.utf8.count
        switch fault {
        case .reset, .truncate, .stall, .closeDelimited:
            head(&self, length: length)
            half(ofBody: json)
            ending =
                switch fault {
                case .reset: .reset
                case .stall: .hold
                default: .close
                }
        case .cleanCut, .malformedEvent:
            head(&self, length: length / 2)
            half(ofBody: json)
        case .errorInStream:
            response(contentType: "application/json", LoopbackProblem(status: 500, format: format).json)
        case .pings(let interval):
            head(&self, length: nil)
            pings("\n", every: interval)
        default:
            head(&self, length: length)
            body(json)
        }
    }

    private mutating func pings(_ ping: String, every interval: Duration) {
        // Below a millisecond the pings would come in every round of the loop.
        pause(max(interval, .milliseconds(1)))
        body(ping)
        ending = .repeatLast
    }

    /// The head of a sound answer, but for what the fault does to it.
    private mutating func answerHead(contentType: String, length: Int?, _ fault: LoopbackProvider.Fault?) {
        if case .closeDelimited = fault {
            raw("HTTP/1.1 200 OK\r\nContent-Type: \(contentType)\r\nConnection: close\r\n\r\n")
            framing = .identity
            return
        }
        var fields = ""
        if case .hugeHeaders(let bytes) = fault {
            let line = "x-padding: " + String(repeating: "x", count: 1_000) + "\r\n"
            fields = String(repeating: line, count: bytes / line.utf8.count + 1)
        }
        let type = fault == .wrongContentType ? "text/plain" : contentType
        head(contentType: type, fields: fields, length: length)
    }
}
