"""What is held, read from the database for the engine: `bridge.holdings.Holdings`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

from tellonce.hub.bridge.holdings import Content, KeptPair, Name
from tellonce.hub.core.bulk import among
from tellonce.hub.matching.selectors import decisions_touching, edges_touching, records_sharing
from tellonce.hub.sources.selectors import record_ids, texts_of_versions

_HELD = """
    SELECT r.id, s.name, r.record_key, v.id, v.content_hash FROM records r
    JOIN sources s ON s.id = r.source_id LEFT JOIN waiting w ON w.record_id = r.id
    LEFT JOIN record_versions v ON v.id = CASE WHEN w.record_id IS NOT NULL THEN w.held_id
        WHEN r.state = 'active' THEN r.current_id END
    WHERE r.id
"""


class _Known(NamedTuple):
    """A record; `content` None where it is not held."""

    name: Name
    content: Content | None


class StoredHoldings:
    """Records as they were last placed: what waits is held by the version it was placed with.

    One lives for one placing, in which nothing that is held changes. `unheld`: records that are
    there and do not wait, though they were never placed.
    """

    def __init__(self, unheld: Collection[int] = ()) -> None:
        self._unheld = frozenset(unheld)
        self._known: dict[int, _Known | None] = {}

    def ids(self, named: Collection[Name]) -> Mapping[Name, int]:
        """As `Holdings.ids`."""
        return record_ids(named)

    def names(self, ids: Collection[int]) -> Mapping[int, Name]:
        """As `Holdings.names`."""
        return {i: known.name for i, known in self._of(ids)}

    def held(self, ids: Collection[int]) -> set[int]:
        """As `Holdings.held`."""
        asked = [i for i in ids if i not in self._unheld]
        return {i for i, known in self._of(asked) if known.content is not None}

    def sharing(self, keys: Collection[int]) -> list[tuple[int, int]]:
        """As `Holdings.sharing`."""
        return records_sharing(keys)

    def contents(self, ids: Collection[int]) -> dict[int, Content]:
        """As `Holdings.contents`."""
        return {i: known.content for i, known in self._of(ids) if known.content is not None}

    def documents(self, ids: Collection[int]) -> dict[int, str]:
        """As `Holdings.documents`."""
        texts = texts_of_versions([version for version, _ in self.contents(ids).values()])
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

    def _of(self, ids: Collection[int]) -> list[tuple[int, _Known]]:
        """All that placing asks of each record, looked up once: most are asked for all of it."""
        if unknown := [i for i in ids if i not in self._known]:
            self._known |= dict.fromkeys(unknown)
            for i, source, key, version, content in among(_HELD, unknown):
                is_held = version is not None and i not in self._unheld
                held = (version, bytes(content)) if is_held else None
                self._known[i] = _Known((source, key), held)
        return [(i, known) for i in ids if (known := self._known[i]) is not None]
