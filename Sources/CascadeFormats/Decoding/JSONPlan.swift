internal import CCascadeJSON

/// One wanted member of a JSON text, and what is wanted inside it.
struct JSONNode<Tag: RawRepresentable<UInt16> & Sendable>: Sendable {
    let name: StaticString
    let tag: Tag?
    let children: [JSONNode]

    /// - Parameters:
    ///   - name: The member's name; `*` for every element of an array.
    ///   - tag: What its hits are reported as; `nil` for a node that only leads to its children.
    init(_ name: StaticString, _ tag: Tag? = nil, _ children: [JSONNode] = []) {
        self.name = name
        self.tag = tag
        self.children = children
    }
}

/// What a scan looks for, compiled once and shared by all threads.
///
/// Plans are made for static constants and live as long as the process. Their tags are enumerations without gaps, from 1
/// on: so a hit's number becomes its tag without a look at each case, which decoding asks for again and again.
// @unchecked Sendable: the plan behind the pointer is never changed after its creation.
@safe struct JSONPlan<Tag: RawRepresentable<UInt16> & Sendable>: @unchecked Sendable {
    let handle: OpaquePointer

    init(_ roots: [JSONNode<Tag>]) {
        var nodes: [casc_json_node] = unsafe []
        unsafe Self.flatten(roots, parent: -1, into: &nodes)
        guard let handle = unsafe casc_json_plan_create(nodes, nodes.count) else {
            preconditionFailure("a plan must be well-formed")
        }
        unsafe self.handle = handle
    }

    private static func flatten(_ siblings: [JSONNode<Tag>], parent: Int16, into nodes: inout [casc_json_node]) {
        for node in siblings {
            precondition(node.tag.map(isNumberedInOrder) ?? true, "tags are numbered from 1 in their order")
            let index = Int16(unsafe nodes.count)
            // A static string of the program text: null-terminated and never freed.
            let name = unsafe UnsafeRawPointer(node.name.utf8Start).assumingMemoryBound(to: CChar.self)
            unsafe nodes.append(casc_json_node(parent: parent, tag: node.tag?.rawValue ?? 0, name: name))
            unsafe flatten(node.children, parent: index, into: &nodes)
        }
    }

    /// Whether the tag is kept as its number less one. Every tag of a plan is asked for it when the plan is made.
    private static func isNumberedInOrder(_ tag: Tag) -> Bool {
        guard MemoryLayout<Tag>.size == 1 else { return false }
        // Of the same size, and every bit pattern is a byte.
        return unsafe UInt16(unsafeBitCast(tag, to: UInt8.self)) + 1 == tag.rawValue
    }
}
