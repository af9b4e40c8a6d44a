/// Which script, which fault and which rendered response a request gets.
struct LoopbackScripts {
    struct Choice {
        var plan: LoopbackPlan
        var fault: LoopbackProvider.Fault?
    }

    private struct Key: Hashable {
        var call: LoopbackCall
        var fault: LoopbackProvider.Fault?
    }

    private(set) var base: LoopbackProvider.Script
    private var next: ArraySlice<LoopbackProvider.Script> = []
    private var rendered: [Key: LoopbackPlan] = [:]
    private var chatCount = 0
    /// Requests that a fault has struck.
    private var struckCount = 0
    private var generator: SplitMix64
    private var pulled: [String] = []

    /// More kinds of request than anyone sends at once, unless each one names a model of its own.
    private static let maximumRendered = 256

    init(_ script: LoopbackProvider.Script) {
        base = script
        generator = SplitMix64(state: script.seed)
    }

    /// Replaces all but the models that were pulled.
    mutating func set(_ script: LoopbackProvider.Script) {
        let pulled = pulled
        self = Self(script)
        self.pulled = pulled
    }

    mutating func push(_ scripts: [LoopbackProvider.Script]) { next += scripts }

    mutating func install(_ model: String) {
        if !pulled.contains(model) { pulled.append(model) }
    }

    /// Whether the next chat request is answered before it is there.
    var answersEarly: Bool { (next.first ?? base).answersEarly }

    mutating func choose(_ route: LoopbackRoute, _ request: LoopbackRequest) -> Choice {
        if case .chat(let call) = route { return chat(call, body: request.body) }
        if base.faultsProbes, let fault = nextFault(),
            let plan = LoopbackPlan.failure(fault, format: base.format)
        {
            return Choice(plan: plan, fault: fault)
        }
        return Choice(plan: probe(route, target: request.target), fault: nil)
    }

    private mutating func chat(_ call: LoopbackCall, body: [UInt8]) -> Choice {
        if let script = next.popFirst() {
            if let response = script.respond?(body) { return Choice(plan: LoopbackPlan(response), fault: nil) }
            let plan = missing(call, script) ?? LoopbackPlan.chat(call, script, script.fault)
            return Choice(plan: plan, fault: script.fault)
        }
        if let response = base.respond?(body) { return Choice(plan: LoopbackPlan(response), fault: nil) }
        let fault = nextFault()
        if let plan = missing(call, base) { return Choice(plan: plan, fault: nil) }
        let key = Key(call: call, fault: fault)
        if let plan = rendered[key] { return Choice(plan: plan, fault: fault) }
        let plan = LoopbackPlan.chat(call, base, fault)
        if rendered.count >= Self.maximumRendered { rendered.removeAll() }
        rendered[key] = plan
        return Choice(plan: plan, fault: fault)
    }

    private func missing(_ call: LoopbackCall, _ script: LoopbackProvider.Script) -> LoopbackPlan? {
        guard script.missingModels.contains(call.model), !pulled.contains(call.model) else { return nil }
        return .problem(.missingModel(call.model, call.format))
    }

    private func probe(_ route: LoopbackRoute, target: String) -> LoopbackPlan {
        let models = base.models + pulled.filter { !base.models.contains($0) }
        let present = models.filter { !base.missingModels.contains($0) || pulled.contains($0) }
        return switch route {
        case .models: .models(present)
        case .tags: .tags(present)
        case .geminiModels: .geminiModels(present)
        case .version: .version()
        case .health: .health()
        case .pull(let model, let isStreaming):
            .pull(model, isStreaming: isStreaming, chunkDelay: base.chunkDelay)
        case .chat, .unknown: .unknownPath(target)
        }
    }

    private mutating func nextFault() -> LoopbackProvider.Fault? {
        guard !base.faults.isEmpty, strikes() else { return nil }
        defer { struckCount += 1 }
        return base.faults[struckCount % base.faults.count]
    }

    private mutating func strikes() -> Bool {
        chatCount += 1
        guard chatCount.isMultiple(of: max(1, base.faultEvery)) else { return false }
        guard base.faultProbability < 1 else { return true }
        return Double.random(in: 0..<1, using: &generator) < base.faultProbability
    }
}

/// The generator of Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators" (2014).
struct SplitMix64: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
