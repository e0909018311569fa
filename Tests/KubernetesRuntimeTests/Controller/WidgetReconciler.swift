// SPDX-License-Identifier: Apache-2.0

import JSON
import KubernetesModel
import KubernetesRuntime
import TestServers

/// What the author of a controller writes. Only `plan` has anything to decide.
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
    /// Stands for whatever else is looked at.
    let look: @Sendable (Widget) async throws -> Void
    /// Stands for the other system.
    let announce: @Sendable (Announcement, ReconcileContext) async throws -> Void

    func observe(_ widget: Widget, in context: ReconcileContext) async throws -> Observation {
        try await look(widget)
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
            return Plan(status: status, revisit: .after(.seconds(5)))
        }
        set("Ready", true, "Written", "The text is written")
        status.announced = widget.text
        let isNew = widget.status?.announced != widget.text
        return Plan(
            steps: [.apply(ApplyIntent(kind: .configMap, key: widget.key, body: configMap(of: widget)))]
                + (isNew ? [.effect(Announcement(text: widget.text))] : []),
            status: status,
            events: isNew ? [EventIntent(.normal, reason: "Written", note: "Wrote the text")] : [],
            revisit: .after(.seconds(300))
        )
    }

    static func planCleanup(
        _ widget: Widget,
        given seen: Observation
    ) throws(PlanError) -> Plan<Widget.Status, Announcement> {
        Plan(steps: [.effect(Announcement(text: "bye \(widget.text)"))])
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
                "ownerReferences": [OwnerReference.controller(Widget.kind, widget.metadata).json],
            ],
            "data": ["text": .string(widget.text)],
        ]
    }
}
