"""Did you mean: the known words that are near a wrong one."""

from __future__ import annotations

import difflib
from collections.abc import Collection


def did_you_mean(wrong: str, known: Collection[str], otherwise: str = "There are") -> str:
    """A sentence that names the nearest of the known words, else all of them (at most 30)."""
    folded = {name.lower(): name for name in known}
    near = difflib.get_close_matches(wrong.lower(), list(folded), n=3, cutoff=0.6)
    if near:
        likeness = [difflib.SequenceMatcher(None, name, wrong.lower()).ratio() for name in near]
        named = [
            one for one, found in zip(near, likeness, strict=True) if found > likeness[0] - 0.1
        ]
        return "Did you mean " + " or ".join(repr(folded[name]) for name in named) + "?"
    listed = ", ".join(list(known)[:30])
    return f"{otherwise}: {listed}{', ...' if len(known) > 30 else ''}."
