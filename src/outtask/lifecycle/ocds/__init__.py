"""Reader of Open Contracting Data Standard packages (1.0 and 1.1), as publishers really issue them.

Pure Python: bytes in, frozen dataclasses out. `reader.read_package` reads one file; `reader.combine` puts
several files about the same processes together; `shapes` holds what comes out.

Way of a value: `decode` (bytes to JSON) → `sources` (which releases and records a document holds) →
`upgrade` (1.0 organisations to 1.1 parties) → `weave` (releases of one process to one statement) →
`interpret` (that statement to an out-task). Every leaf of the input is tracked from `tree.plant` on, and
ends as mapped, as repeated (said again with the same value) or as `Unmapped`, verbatim.

Source: Open Contracting Data Standard 1.1, release schema, record schema and merge rules
(standard.open-contracting.org).
"""
