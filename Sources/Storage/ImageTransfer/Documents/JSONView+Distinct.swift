// SPDX-License-Identifier: Apache-2.0

internal import JSON

extension JSONView {
    /// Refuses an object that names a thing twice, also in capital letters once: of two, this program takes the first and
    /// what registries and nodes are written in takes the last, whatever its case. What was checked has to be what runs.
    func requireDistinctMembers() throws(JSONError) {
        var names: Set<String> = []
        try forEachMember { (name, _) throws(JSONError) in
            // Both ways, as the Kelvin sign is a K and the long s is an S.
            guard names.insert(name.lowercased().uppercased()).inserted else { throw JSONError("is there twice") }
        }
    }
}
