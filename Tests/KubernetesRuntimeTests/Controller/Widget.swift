// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesModel
import KubernetesRuntime
import TestSupport

// What the author of a controller writes. First the resource …

/// A resource that wants a ConfigMap with a text in it.
struct Widget: ResourceWithStatus {
    static let kind = ResourceKind(group: "kittiwake.example", version: "v1", kind: "Widget", plural: "widgets")

    struct Status: ConditionedStatus {
        var observedGeneration: Int64?
        var size: Int?
        var conditions: [Condition] = []
    }

    var metadata: ObjectMeta
    var text: String
    var size: Int
    var status: Status?
}

extension Widget: JSONDecodable {
    private struct Spec: JSONDecodable {
        var text: String
        var size: Int

        init(_ json: borrowing JSONView) throws(JSONError) {
            text = try json.optional("text") ?? ""
            size = try json.optional("size") ?? 1
        }
    }

    init(_ json: borrowing JSONView) throws(JSONError) {
        let spec: Spec = try json.value("spec")
        self.init(
            metadata: try json.value("metadata"),
            text: spec.text,
            size: spec.size,
            status: try json.optional("status")
        )
    }
}

extension Widget.Status: JSONDecodable, JSONEncodable {
    init(_ json: borrowing JSONView) throws(JSONError) {
        observedGeneration = try json.optional("observedGeneration")
        size = try json.optional("size")
        conditions = try json.optional("conditions") ?? []
    }

    func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.field("observedGeneration", observedGeneration)
            writer.field("size", size)
            writer.field("conditions", conditions)
        }
    }
}

// … then the reconciler, of which only `plan` has anything to decide.

struct WidgetReconciler: Reconciler {
    typealias Primary = Widget

    /// A call to another system, as a value.
    struct Announcement: Equatable, Sendable {
        var text: String
    }

    struct Observation: Sendable {
        /// Another widget with the same text, older than this one.
        var elder: ObjectKey?
        var time: String
    }

    /// From a text to the widgets that want it.
    static let byText = StoreIndex<Widget>("text") { [$0.text] }

    static let finalizer: String? = "kittiwake.example/cleanup"

    let widgets: Store<Widget>
    /// Stands for the other system.
    let announce: @Sendable (Announcement, ReconcileContext) async throws -> Void

    func observe(_ widget: Widget, in context: ReconcileContext) async throws -> Observation {
        let siblings = widgets.values(Self.byText, widget.text).filter { $0.key != widget.key }
        let elder = siblings.first { Self.age($0) < Self.age(widget) }
        return Observation(elder: elder?.key, time: context.time.inSeconds)
    }

    private static func age(_ widget: Widget) -> (String, String) {
        (widget.metadata.creationTimestamp ?? "", widget.metadata.uid ?? "")
    }

    static func plan(
        _ widget: Widget,
        given seen: Observation
    ) throws(PlanError) -> Plan<Widget.Status, Announcement> {
        guard widget.size > 0 else { throw PlanError(.invalidSpec, field: "spec.size", message: "must be at least 1") }
        var status = widget.status ?? Widget.Status()
        status.observedGeneration = widget.metadata.generation
        status.size = widget.size
        let set = { (type: String, value: Bool, reason: String, message: String) in
            status.conditions = status.conditions.setting(
                type,
                to: Condition.Status(value),
                reason: reason,
                message: message,
                generation: widget.metadata.generation,
                at: seen.time
            )
        }
        set("Reconciling", false, "Done", "")
        set("Stalled", false, "Done", "")
        if let elder = seen.elder {
            set("Ready", false, "DuplicateText", "\(elder) has the same text")
            return Plan(status: status, revisit: .backOff)
        }
        set("Ready", true, "Written", "The text is written")
        return Plan(
            steps: [
                .apply(ApplyIntent(kind: .configMap, key: widget.key, body: configMap(of: widget))),
                .effect(Announcement(text: widget.text)),
            ],
            status: status,
            events: [EventIntent(.normal, reason: "Written", note: "Wrote the text")],
            revisit: .after(.seconds(300))
        )
    }

    static func planCleanup(
        _ widget: Widget,
        given seen: Observation
    ) throws(PlanError) -> Plan<Widget.Status, Announcement> {
        Plan(steps: [.effect(Announcement(text: "bye"))])
    }

    func perform(_ effect: Announcement, for widget: Widget, in context: ReconcileContext) async throws {
        try await announce(effect, context)
    }

    private static func configMap(of widget: Widget) -> JSON {
        [
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": [
                "name": .string(widget.metadata.name), "namespace": widget.metadata.namespace.map { .string($0) },
                "labels": ["app.kubernetes.io/managed-by": "kittiwake"],
                "ownerReferences": [OwnerReference.controller(widget).json],
            ],
            "data": ["text": .string(widget.text)],
        ]
    }
}

/// The definition of the kind, for the API server.
let widgetDefinition = ApplyIntent(
    kind: ResourceKind(
        group: "apiextensions.k8s.io",
        version: "v1",
        kind: "CustomResourceDefinition",
        plural: "customresourcedefinitions",
        scope: .cluster
    ),
    key: ObjectKey(namespace: nil, name: "widgets.kittiwake.example"),
    body: [
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": ["name": "widgets.kittiwake.example"],
        "spec": [
            "group": "kittiwake.example", "scope": "Namespaced",
            "names": ["kind": "Widget", "listKind": "WidgetList", "plural": "widgets", "singular": "widget"],
            "versions": [
                [
                    "name": "v1", "served": true, "storage": true, "subresources": ["status": [:]],
                    "schema": [
                        "openAPIV3Schema": ["type": "object", "x-kubernetes-preserve-unknown-fields": true]
                    ],
                ]
            ],
        ],
    ]
)
