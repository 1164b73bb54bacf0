"""Lists of values that rules bring along, as JSON beside the version that names them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tellonce.rules.types import Reference

Document = Mapping[str, Any]


def document_of(references: Mapping[str, Reference]) -> dict[str, Any]:
    """The lists, by name, as JSON."""
    return {
        name: {
            "keys": list(one.keys),
            "values": {key: sorted(values) for key, values in sorted(one.values.items())},
            "shown": dict(one.shown),
        }
        for name, one in references.items()
    }


def references_from(document: Document) -> dict[str, Reference]:
    """The lists that `document_of` made JSON of."""
    return {
        name: Reference(
            name,
            {key: frozenset(values) for key, values in said["values"].items()},
            tuple(said["keys"]),
            said["shown"],
        )
        for name, said in document.items()
    }
