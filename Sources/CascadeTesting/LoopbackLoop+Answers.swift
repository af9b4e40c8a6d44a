/// Reading requests and writing responses.
extension LoopbackLoop {
    /// Does all that can be done on a connection now.
    func pump(_ connection: LoopbackConnection) {
        while connection.isOpen, connection.waiting == .nothing {
            if connection.plan == nil, !takeRequest(connection) { return }
            write(connection)
        }
    }

    /// Starts the response to the next request, if that has been read whole.
    private func takeRequest(_ connection: LoopbackConnection) -> Bool {
        guard !connection.input.isEmpty else { return false }
        switch LoopbackRequest.parse(connection.input, keepsFields: journal.limit > 0) {
        case .incomplete(_, let head?) where scripts.answersEarly:
            connection.consume(connection.input.count)
            begin(head, on: connection)
        case .incomplete(let expectsContinue, _):
            if expectsContinue, !connection.hasSentContinue {
                connection.hasSentContinue = true
                // So few bytes always fit: nothing else is on its way.
                _ = LoopbackSocket.send(connection.socket, Self.goOn, Self.goOn.indices)
            }
            return false
        case .malformed:
            connection.consume(connection.input.count)
            connection.begin(.malformedRequest(), keepsAlive: false)
        case .request(let request, let length):
            connection.consume(length)
            begin(request, on: connection)
        }
        return true
    }

    private func begin(_ request: LoopbackRequest, on connection: LoopbackConnection) {
        let choice = scripts.choose(LoopbackRoute(request), request)
        connection.request = journal.begin(request, connection: connection.number, fault: choice.fault)
        connection.begin(choice.plan, keepsAlive: request.keepsAlive)
    }

    private func write(_ connection: LoopbackConnection) {
        guard let plan = connection.plan else { return }
        while connection.segment < plan.segments.count {
            let segment = plan.segments[connection.segment]
            if segment.delay > 0, !connection.hasPaused {
                connection.hasPaused = true
                return pause(connection, nanoseconds: segment.delay)
            }
            let end = plan.sendsSingleBytes ? connection.offset + 1 : segment.bytes.count
            switch LoopbackSocket.send(connection.socket, segment.bytes, connection.offset..<end) {
            case .bytes(let count): connection.offset += count
            case .wouldBlock:
                connection.waiting = .writability
                return poller.modify(
                    connection.socket, [.readable, .writable, .peerClosed], token: connection.token)
            case .closed: return peerClosed(connection)
            }
            if connection.offset == segment.bytes.count {
                finishSegment(connection, plan, segment)
            } else if plan.sendsSingleBytes {
                // In the next round: the other connections get their turn.
                return pause(connection, nanoseconds: 0)
            }
        }
        finish(connection, plan)
    }

    private func pause(_ connection: LoopbackConnection, nanoseconds: UInt64) {
        connection.waiting = .timer
        timers.add(.connection(token: connection.token), at: Self.due(after: nanoseconds))
    }

    /// Up to a 64th of the pause late, a millisecond at most: what is due at about the same time is done together.
    private static func due(after nanoseconds: UInt64) -> UInt64 {
        let step = max(1, min(nanoseconds / 64, 1_000_000))
        return (LoopbackClock.now + nanoseconds + step - 1) / step * step
    }

    private func finishSegment(
        _ connection: LoopbackConnection, _ plan: LoopbackPlan, _ segment: LoopbackPlan.Segment
    ) {
        let isLast = connection.segment == plan.segments.count - 1
        connection.offset = 0
        connection.hasPaused = false
        connection.segment += isLast && plan.ending == .repeatLast ? 0 : 1
        // The last segment's are logged with the outcome.
        if !isLast, segment.chunks > 0, let request = connection.request {
            journal.update(request) { $0.chunksSent = segment.chunks }
        }
    }

    private func finish(_ connection: LoopbackConnection, _ plan: LoopbackPlan) {
        if let model = plan.installs { scripts.install(model) }
        let isWhole = plan.ending == .keepAlive
        let chunks = plan.segments.last?.chunks ?? 0
        let isHeld = plan.ending == .hold
        if let request = connection.request {
            journal.update(request) {
                $0.chunksSent = chunks
                if !isHeld { $0.outcome = isWhole ? .answered : .brokenOff }
            }
        }
        switch plan.ending {
        case .keepAlive where connection.keepsAlive: connection.plan = nil
        case .keepAlive, .close: close(connection, outcome: nil)
        case .reset: close(connection, outcome: nil, resets: true)
        case .halfClose:
            LoopbackSocket.closeHalf(connection.socket)
            connection.waiting = .peer
        case .hold: connection.waiting = .peer
        case .repeatLast: break
        }
    }

    private static let goOn = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
}
