// SPDX-License-Identifier: Apache-2.0

internal import CYAML

/// Owns a libyaml parser. The text has to outlive it.
final class EventReader {
    private let parser: UnsafeMutablePointer<yaml_parser_t>

    init(_ text: UnsafeRawBufferPointer) {
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        yaml_parser_initialize(parser)
        yaml_parser_set_input_string(parser, text.baseAddress?.assumingMemoryBound(to: UInt8.self), text.count)
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
    }

    func next() throws(YAMLError) -> Event {
        var raw = yaml_event_t()
        guard yaml_parser_parse(parser, &raw) == 1 else {
            let problem = parser.pointee.problem.map { String(cString: $0) } ?? "not YAML"
            throw YAMLError(problem, at: parser.pointee.problem_mark)
        }
        return Event(raw)
    }
}

/// One libyaml event; freed when it goes out of scope.
struct Event: ~Copyable {
    enum Kind {
        case streamStart
        case streamEnd
        case documentStart
        case documentEnd
        case alias
        case scalar
        case sequenceStart
        case sequenceEnd
        case mappingStart
        case mappingEnd
    }

    private var raw: yaml_event_t

    fileprivate init(_ raw: yaml_event_t) { self.raw = raw }

    deinit {
        var raw = raw
        yaml_event_delete(&raw)
    }

    var kind: Kind {
        switch raw.type {
        case YAML_STREAM_START_EVENT: .streamStart
        case YAML_DOCUMENT_START_EVENT: .documentStart
        case YAML_DOCUMENT_END_EVENT: .documentEnd
        case YAML_ALIAS_EVENT: .alias
        case YAML_SCALAR_EVENT: .scalar
        case YAML_SEQUENCE_START_EVENT: .sequenceStart
        case YAML_SEQUENCE_END_EVENT: .sequenceEnd
        case YAML_MAPPING_START_EVENT: .mappingStart
        case YAML_MAPPING_END_EVENT: .mappingEnd
        default: .streamEnd
        }
    }

    /// The arm of the union is chosen by the type of the event, never by what seems to be in it.
    var anchor: String? {
        let name =
            switch raw.type {
            case YAML_ALIAS_EVENT: raw.data.alias.anchor
            case YAML_SCALAR_EVENT: raw.data.scalar.anchor
            case YAML_SEQUENCE_START_EVENT: raw.data.sequence_start.anchor
            case YAML_MAPPING_START_EVENT: raw.data.mapping_start.anchor
            default: nil as UnsafeMutablePointer<yaml_char_t>?
            }
        return name.map { String(cString: $0) }
    }

    /// The text of a scalar, lent for the time of `body`, and whether it was written without quotes and tags.
    func withScalar<Value>(_ body: (UnsafeRawBufferPointer, _ isPlain: Bool) -> Value) -> Value? {
        guard raw.type == YAML_SCALAR_EVENT else { return nil }
        let scalar = raw.data.scalar
        let isPlain = scalar.style == YAML_PLAIN_SCALAR_STYLE && scalar.tag == nil
        return body(UnsafeRawBufferPointer(start: scalar.value, count: scalar.length), isPlain)
    }

    func error(_ message: String) -> YAMLError { YAMLError(message, at: raw.start_mark) }
}

extension YAMLError {
    fileprivate init(_ message: String, at mark: yaml_mark_t) {
        self.init(message: message, line: Int(mark.line) + 1, column: Int(mark.column) + 1)
    }
}
