// SPDX-License-Identifier: Apache-2.0

internal import CYAML
package import JSON

extension YAML {
    /// Values as a stream of YAML documents, in block style, as `kubectl get -o yaml` shows them.
    ///
    /// Strings that look like something else are quoted, by the rules by which this module reads; texts of several lines
    /// are written as blocks. What is written reads back as what it was.
    ///
    /// - Parameter values: each becomes a document; members keep their order.
    package static func text(of values: [JSON]) -> [UInt8] {
        var writer = YAMLWriter()
        for value in values { writer.document(value) }
        return writer.finish()
    }
}

/// Owns a libyaml emitter. The library takes every event that it is given, also when it fails; it fails only for want of
/// memory or for text that is not UTF-8, which a Swift string cannot hold.
private struct YAMLWriter: ~Copyable {
    /// What the emitter's callback appends to.
    private final class Output {
        var bytes: [UInt8] = []
    }

    private let emitter: UnsafeMutablePointer<yaml_emitter_t>
    private let output = Output()
    private var documents = 0

    init() {
        emitter = .allocate(capacity: 1)
        emitter.initialize(to: yaml_emitter_t())
        yaml_emitter_initialize(emitter)
        yaml_emitter_set_unicode(emitter, 1)
        yaml_emitter_set_width(emitter, -1)
        yaml_emitter_set_indent(emitter, 2)
        yaml_emitter_set_output(
            emitter,
            { context, bytes, count in
                guard let context, let bytes else { return 0 }
                Unmanaged<Output>.fromOpaque(context).takeUnretainedValue().bytes += UnsafeBufferPointer(
                    start: bytes,
                    count: count
                )
                return 1
            },
            Unmanaged.passUnretained(output).toOpaque()
        )
        emit { yaml_stream_start_event_initialize($0, YAML_UTF8_ENCODING) }
    }

    deinit {
        yaml_emitter_delete(emitter)
        emitter.deallocate()
    }

    mutating func document(_ value: JSON) {
        let isImplicit: Int32 = documents == 0 ? 1 : 0  // "---" stands between documents
        documents += 1
        emit { yaml_document_start_event_initialize($0, nil, nil, nil, isImplicit) }
        write(value)
        emit { yaml_document_end_event_initialize($0, 1) }
    }

    consuming func finish() -> [UInt8] {
        emit { yaml_stream_end_event_initialize($0) }
        yaml_emitter_flush(emitter)
        return output.bytes
    }

    private func write(_ value: JSON) {
        switch value {
        case .null: scalar("null")
        case .bool(let value): scalar(value ? "true" : "false")
        case .integer(let value): scalar(String(value))
        case .double(let value): scalar(String(value))
        case .string(let text): string(text)
        case .array(let elements):
            let style = elements.isEmpty ? YAML_FLOW_SEQUENCE_STYLE : YAML_BLOCK_SEQUENCE_STYLE
            emit { yaml_sequence_start_event_initialize($0, nil, nil, 1, style) }
            for element in elements { write(element) }
            emit { yaml_sequence_end_event_initialize($0) }
        case .object(let object):
            let style = object.members.isEmpty ? YAML_FLOW_MAPPING_STYLE : YAML_BLOCK_MAPPING_STYLE
            emit { yaml_mapping_start_event_initialize($0, nil, nil, 1, style) }
            for (key, value) in object.members {
                string(key)
                write(value)
            }
            emit { yaml_mapping_end_event_initialize($0) }
        }
    }

    private func string(_ text: String) {
        var text = text
        let isPlain = text.withUTF8 { PlainScalar(UnsafeRawBufferPointer($0)) == .string }
        // Trailing spaces of a line and tabs do not survive in a block that people edit; the quoted form shows them.
        let isBlock = text.contains("\n") && !text.contains(" \n") && !text.hasPrefix(" ") && !text.hasPrefix("\n")
        let style =
            if isBlock {
                YAML_LITERAL_SCALAR_STYLE
            } else if isPlain {
                YAML_PLAIN_SCALAR_STYLE  // the emitter quotes where the syntax asks for it
            } else {
                YAML_DOUBLE_QUOTED_SCALAR_STYLE
            }
        scalar(text, style)
    }

    private func scalar(_ text: String, _ style: yaml_scalar_style_t = YAML_PLAIN_SCALAR_STYLE) {
        // A byte more than the text has, because an empty buffer may have no address and the library wants one.
        var bytes = Array(text.utf8) + [0]
        let count = Int32(bytes.count - 1)
        emit { yaml_scalar_event_initialize($0, nil, nil, &bytes, count, 1, 1, style) }
    }

    private func emit(_ initialise: (UnsafeMutablePointer<yaml_event_t>) -> Int32) {
        var event = yaml_event_t()
        guard initialise(&event) == 1 else { return }
        yaml_emitter_emit(emitter, &event)
    }
}
