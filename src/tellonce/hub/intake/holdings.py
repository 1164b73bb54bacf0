"""What is held, read from the database for the engine: `bridge.holdings.Holdings`."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tellonce.hub.bridge.holdings import KeptPair
from tellonce.hub.core.bulk import among
from tellonce.hub.matching.selectors import decisions_touching, edges_touching, records_sharing
from tellonce.hub.sources.selectors import (
    record_ids,
    record_names,
    texts_of_versions,
    version_contents,
)

_HELD = """
    SELECT r.id, CASE WHEN w.record_id IS NOT NULL THEN w.held_id
        WHEN r.state = 'active' THEN r.current_id END
    FROM records r LEFT JOIN waiting w ON w.record_id = r.id WHERE r.id
"""


class StoredHoldings:
    """Records as they were last placed: what waits is held by the version it was placed with.

    One lives for one placing, in which nothing that is held changes.
    """

    def __init__(self) -> None:
        self._known: dict[int, int | None] = {}

    def ids(self, named: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], int]:
        """As `Holdings.ids`."""
        return record_ids(named)

    def names(self, ids: Collection[int]) -> Mapping[int, tuple[str, str]]:
        """As `Holdings.names`."""
        return record_names(ids)

    def held(self, ids: Collection[int]) -> set[int]:
        """As `Holdings.held`."""
        return set(self._versions(ids))

    def sharing(self, keys: Collection[int]) -> list[tuple[int, int]]:
        """As `Holdings.sharing`."""
        return records_sharing(keys)

    def contents(self, ids: Collection[int]) -> dict[int, tuple[int, bytes]]:
        """As `Holdings.contents`."""
        return version_contents(self._versions(ids).values())

    def documents(self, ids: Collection[int]) -> dict[int, str]:
        """As `Holdings.documents`."""
        texts = texts_of_versions(self._versions(ids).values())
        return {i: text.document for i, text in texts.items()}

    def edges(self, ids: Collection[int]) -> list[KeptPair]:
        """As `Holdings.edges`."""
        return [
            KeptPair(e.left, e.right, e.kind, e.pattern, e.match_weight, e.probability)
            for e in edges_touching(ids)
        ]

    def decisions(self, ids: Collection[int]) -> list[tuple[int, int, str]]:
        """As `Holdings.decisions`."""
        return [(d.left, d.right, d.verdict) for d in decisions_touching(ids)]

    def _versions(self, ids: Collection[int]) -> dict[int, int]:
        """The version by which each record is held, of those that are."""
        unknown = [i for i in ids if i not in self._known]
        self._known |= dict.fromkeys(unknown) | dict(among(_HELD, unknown))
        return {i: version for i in ids if (version := self._known[i]) is not None}
