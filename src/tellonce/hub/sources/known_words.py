"""Shapes of words that other parts know: countries, attributes, fields of activity and consents.

Who knows them is given by name and imported when a configuration is judged, so that reading a
source that is held costs nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from tellonce.hub.core.late import late
from tellonce.hub.sources.shapes import Path, Problem, dotted
from tellonce.rules.nearest import did_you_mean

Words = Callable[[], Collection[str]]

country_codes = late("tellonce.rules.checks.codes.country_codes")
country_meant = late("tellonce.rules.checks.codes.country_meant")
attribute_names: Words = late("tellonce.hub.bridge.services.attribute_names")
survivors: Words = late("tellonce.hub.bridge.services.survivor_names")
OPEN = ("identifier:", "other:")
"""Beginnings of the attributes that anyone may name, such as `identifier:pesel`."""

_BESIDE = ("identifier_country:", "identifier_type:")


@dataclass(frozen=True)
class Country:
    """The two letters of a country (ISO 3166)."""

    def problems(self, value: Any, path: Path) -> Iterator[Problem]:
        if value in country_codes():
            return
        if isinstance(value, bool):  # NO, which YAML takes for false
            hint = f'In YAML yes and no are true and false: write `{path[-1]}: "NO"` for Norway.'
        else:
            meant = country_meant(str(value))
            hint = f"Did you mean {meant}?" if meant else f"Write it as `{path[-1]}: PL`."
        sentence = f"The setting {dotted(path)} of a source is no country's two letters: {value!r}."
        yield Problem(path, sentence, hint)

    def schema(self) -> dict[str, Any]:
        return {"enum": list(country_codes())}


@dataclass(frozen=True)
class Word:
    """One of the words that somebody else knows, or one that begins as any of `open` and goes on.

    `group`: something may follow behind a #, which keeps several of one kind apart.
    """

    what: str  # in sentences: "attribute"
    words: Words
    open: tuple[str, ...] = ()
    group: bool = False

    def problems(self, value: Any, path: Path) -> Iterator[Problem]:
        text = str(value).partition("#")[0] if self.group else str(value)
        if text in self.words() or any(text.startswith(o) and text != o for o in self.open):
            return
        hint = did_you_mean(text, [*self.words(), *self.open])
        yield Problem(path, f"In {dotted(path)} {text!r} is no {self.what}.", hint)

    def schema(self) -> dict[str, Any]:
        behind = "(#.*)?" if self.group else ""
        patterns = [f"({'|'.join(map(re.escape, self.words()))}){behind}"]
        if self.open:
            patterns.append(f"({'|'.join(self.open)}){'[^#]' if self.group else '.'}.*")
        return {"type": "string", "pattern": "^(" + "|".join(patterns) + ")$"}


ATTRIBUTE = Word("attribute", lambda: [*attribute_names(), "ignore"], (*OPEN, *_BESIDE), group=True)
"""What a column may be declared to be."""

TRUSTED = Word("attribute that a trust may be of", lambda: ["*", *survivors()], OPEN)
"""What a trust may be declared of."""
