"""What blocking and scoring need to know about the sound and the variants of names.

The knowledge itself lives in `standardise`; stages do not import each other, so the pipeline hands
it over as this value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


def _no_variants(_given: str) -> tuple[int, ...]:
    return ()


def _as_it_is(token: str) -> str:
    return token


@dataclass(frozen=True)
class Spelling:
    """Two pure functions over names in comparable form.

    `phonetic`: one token -> a code equal for names that sound alike (empty: no code).
    `variants`: a given name -> ids of the groups of names it is a form of (empty: none known).
    """

    phonetic: Callable[[str], str] = _as_it_is
    variants: Callable[[str], tuple[int, ...]] = _no_variants
