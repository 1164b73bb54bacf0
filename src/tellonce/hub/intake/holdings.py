"""What is held, read from the database for the engine: `bridge.holdings.Holdings`."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tellonce.hub.bridge.holdings import KeptPair
from tellonce.hub.intake.waiting import waiting_among
from tellonce.hub.matching.selectors import decisions_touching, edges_touching, records_sharing
from tellonce.hub.sources.selectors import (
    ACTIVE,
    current_versions,
    record_ids,
    record_names,
    texts_of_versions,
    version_contents,
)


class StoredHoldings:
    """Records as they were last placed: what waits is held by the version it was placed with."""

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
        waiting = waiting_among(ids)
        found = {
            record: version
            for record, (version, state) in current_versions(ids).items()
            if state == ACTIVE and record not in waiting
        }
        return found | {i: one.held for i, one in waiting.items() if one.held is not None}
