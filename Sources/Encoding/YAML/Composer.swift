// SPDX-License-Identifier: Apache-2.0

internal import JSON

/// Puts events together to documents.
struct Composer {
    /// A finished value, with what it costs to repeat it.
    private struct Part {
        var node: JSONDocumentBuilder.Node
        var nodes = 1
        var bytes = 0
        var height = 1

        /// Counts what was put into this part.
        mutating func absorb(_ child: Part) {
            nodes += child.nodes
            bytes += child.bytes
            height = max(height, child.height + 1)
        }
    }

    private let events: EventReader
    private let limits: YAML.Limits
    private var builder = JSONDocumentBuilder()
    private var anchors: [String: Part] = [:]
    private var nodes = 0
    private var bytes = 0

    init(events: EventReader, limits: YAML.Limits) {
        self.events = events
        self.limits = limits
    }

    mutating func documents() throws(YAMLError) -> [JSONDocument] {
        var documents: [JSONDocument] = []
        while true {
            let event = try events.next()
            switch event.kind {
            case .streamEnd: return documents
            case .documentStart:
                builder = JSONDocumentBuilder()
                anchors = [:]
                (nodes, bytes) = (0, 0)
                let root = try part(try events.next(), depth: 1)
                do throws(JSONError) {
                    documents.append(try builder.finish(root.node))
                } catch {
                    throw event.error(error.message)
                }
            default: continue
            }
        }
    }

    private mutating func part(_ event: borrowing Event, depth: Int) throws(YAMLError) -> Part {
        let part =
            switch event.kind {
            case .scalar: try scalar(event, depth: depth)
            case .alias: try alias(event, depth: depth)
            case .sequenceStart: try sequence(event, depth: depth)
            case .mappingStart: try mapping(event, depth: depth)
            default: throw event.error("a value was expected")
            }
        if event.kind != .alias, let anchor = event.anchor { anchors[anchor] = part }
        return part
    }

    private mutating func sequence(_ start: borrowing Event, depth: Int) throws(YAMLError) -> Part {
        var part = try count(Part(node: builder.array()), start, depth)
        while true {
            let event = try events.next()
            if event.kind == .sequenceEnd { return part }
            let element = try self.part(event, depth: depth + 1)
            builder.append(element.node, to: part.node)
            part.absorb(element)
        }
    }

    private mutating func mapping(_ start: borrowing Event, depth: Int) throws(YAMLError) -> Part {
        var part = try count(Part(node: builder.object()), start, depth)
        var keys: Set<String> = []
        while true {
            let event = try events.next()
            if event.kind == .mappingEnd { return part }
            // A key is a string whatever it looks like: `8083: x` has the key "8083".
            let key = event.withScalar { text, _ in String(decoding: text, as: UTF8.self) }
            guard let key else { throw event.error("a key has to be a scalar") }
            guard key != "<<" else { throw event.error("merge keys are not supported") }
            guard keys.insert(key).inserted else { throw event.error("the key \"\(key)\" appears twice") }
            let name = try scalar(event, depth: depth + 1, isKey: true)
            let value = try self.part(try events.next(), depth: depth + 1)
            builder.add(name.node, value.node, to: part.node)
            part.absorb(name)
            part.absorb(value)
        }
    }

    private mutating func alias(_ event: borrowing Event, depth: Int) throws(YAMLError) -> Part {
        guard let anchor = event.anchor, let original = anchors[anchor] else {
            throw event.error("the alias has no anchor before it")
        }
        // Counted before it is copied: a few lines of aliases to aliases can stand for billions of values.
        var part = try count(original, event, depth)
        part.node = builder.copy(original.node)
        return part
    }

    private mutating func count(_ part: Part, _ event: borrowing Event, _ depth: Int) throws(YAMLError) -> Part {
        nodes += part.nodes
        bytes += part.bytes
        if nodes > limits.nodes { throw event.error("more than \(limits.nodes) values") }
        if bytes > limits.bytes { throw event.error("more than \(limits.bytes) bytes of text") }
        if depth + part.height - 1 > limits.depth { throw event.error("nested more than \(limits.depth) deep") }
        return part
    }

    private mutating func scalar(_ event: borrowing Event, depth: Int, isKey: Bool = false) throws(YAMLError) -> Part {
        let part = event.withScalar { text, isPlain in
            let node =
                switch isPlain && !isKey ? PlainScalar(text) : .string {
                case .null: builder.null()
                case .bool(let value): builder.bool(value)
                case .integer(let value): builder.integer(value)
                case .double(let value): builder.double(value)
                case .string: builder.string(text)
                }
            return Part(node: node, bytes: text.count)
        }
        return try count(part ?? Part(node: builder.null()), event, depth)
    }
}
