"""Did you mean: the known words that are near a wrong one."""

from __future__ import annotations

import difflib
from collections.abc import Collection


def nearest(wrong: str, known: Collection[str]) -> list[str]:
    """The known words that are about as near as the nearest, best first; none where none is."""
    folded = {name.lower(): name for name in known}
    near = difflib.get_close_matches(wrong.lower(), list(folded), n=3, cutoff=0.6)
    likeness = [difflib.SequenceMatcher(None, name, wrong.lower()).ratio() for name in near]
    return [
        folded[one] for one, found in zip(near, likeness, strict=True) if found > likeness[0] - 0.1
    ]


def did_you_mean(wrong: str, known: Collection[str], otherwise: str = "There are") -> str:
    """A sentence that names the nearest of the known words, else all of them (at most 30)."""
    near = nearest(wrong, known)
    if near:
        return "Did you mean " + " or ".join(map(repr, near)) + "?"
    listed = ", ".join(list(known)[:30])
    return f"{otherwise}: {listed}{', ...' if len(known) > 30 else ''}."
