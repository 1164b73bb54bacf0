"""Within which bounds estimates are believed: what no file of customers could teach otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from tellonce.engine.model.document import ScoreModel
from tellonce.engine.score.comparisons import (
    BIRTH_DATE,
    COMPARISONS,
    EMAIL,
    FAMILY,
    GIVEN,
    IDENTIFIER,
    NAMES,
    ORGANISATION,
    OTHER,
    PHONE,
)
from tellonce.engine.score.priors import (
    BARE_DIFFERENT,
    DIFFERENT_AN_ALIKE,
    DIFFERENT_ANYWAY,
    LEAST_ALIKE,
    LEAST_ALIKE_SITES,
    LEAST_M,
    MOST_AGREEING,
    MOST_DIFFERENT,
    MOST_MISNUMBERED,
    NAMED_MAILBOX_BITS,
    ONE_NAME_ODDS,
    SHARED_ODDS,
)

Floats = npt.NDArray[np.float64]
WORST = {
    "email": 3,
    "phone": 3,
    "family_name": 5,
    "organisation": 5,
}  # the disagreement, where it is not the last
TELLING = (IDENTIFIER, EMAIL, PHONE, GIVEN, FAMILY, ORGANISATION)
WHO = (IDENTIFIER, BIRTH_DATE, GIVEN, FAMILY, ORGANISATION)
SHARED, NAMED = 4, 5  # levels of a shared contact, and of a mailbox made of the name
MISNUMBERED = 6  # level of names of organisations that differ in a number
LEAST_U = 0.1  # of the shipped u: how far below it an estimate may fall


@dataclass(frozen=True)
class Limits:
    """What depends on the records: how alike matches are at least (as LEAST_ALIKE), and whether the
    records are of organisations, name people, have nothing but further attributes (bare), or
    nothing but contacts and addresses to tell who is who (nameless).
    """

    alike: Mapping[str, tuple[int, float]]
    organisations: bool
    people: bool
    bare: bool
    nameless: bool


def limits_of(levels: npt.NDArray[np.int64], counts: Floats) -> Limits:
    """The limits for records whose random pairs have these levels, so often.

    They are of organisations where most pairs name two and no person, and name people where most
    name two.
    """
    person = (levels[:, [GIVEN, FAMILY]] > 0).any(axis=1)
    named = (levels[:, ORGANISATION] > 0) & ~person
    organisations, people = (bool(counts[of].sum() * 2 > counts.sum()) for of in (named, person))
    alike = LEAST_ALIKE_SITES if organisations else LEAST_ALIKE
    bare = not (levels[:, TELLING] > 0).any()
    nameless = not bare and not (levels[:, WHO] > 0).any()
    return Limits(alike, organisations, people, bare, nameless)


def limited_u(u: Floats, m: Floats, start: ScoreModel, prior: float, limits: Limits) -> Floats:
    """Stranger probabilities within limits; a shared contact alone must not make a match."""
    least = np.maximum(u, LEAST_U * np.array(start.u))
    for name, most in MOST_AGREEING.items():
        levels = slice(1, len(most) + 1)
        least[NAMES.index(name), levels] = np.minimum(least[NAMES.index(name), levels], most)
    odds = prior / (1 - prior)
    telling = (ORGANISATION,) if limits.organisations else (EMAIL, PHONE) if limits.nameless else ()
    for one in telling:
        least[one, 1] = min(least[one, 1], m[one, 1] * odds / ONE_NAME_ODDS)
    for contact in (EMAIL, PHONE):
        alone = m[contact, SHARED] * odds / SHARED_ODDS
        least[contact, SHARED] = max(least[contact, SHARED], alone)
    least[EMAIL, NAMED] = max(least[EMAIL, NAMED], m[EMAIL, NAMED] / 2**NAMED_MAILBOX_BITS)
    return least


def limited_m(m: Floats, limits: Limits) -> Floats:
    """Match probabilities within LEAST_M, MOST_DIFFERENT and `limits.alike`."""
    limited = m.copy()
    for index, comparison in enumerate(COMPARISONS):
        worst = WORST.get(comparison.name, len(comparison.levels))
        least_m, most = LEAST_M, MOST_DIFFERENT.get(comparison.name, 1.0)
        if index == GIVEN:
            slips = float(m[GIVEN, 3] + m[GIVEN, 5])
            most = min(most, max(DIFFERENT_ANYWAY, DIFFERENT_AN_ALIKE * slips))
        if limits.bare and index >= OTHER:
            least_m, most = BARE_DIFFERENT
        within = min(max(m[index, worst], least_m), most)
        levels = slice(1, len(comparison.levels) + 1)
        limited[index, levels] *= (1.0 - within) / (1.0 - m[index, worst])
        limited[index, worst] = within
        first, least = limits.alike.get(comparison.name, (1, 0.0))
        alike = limited[index, 1 : first + 1].sum()
        if alike < least:
            limited[index, 1 : first + 1] *= least / alike
            limited[index, first + 1 : len(comparison.levels) + 1] *= (1 - least) / (1 - alike)
    if limits.organisations:
        limited[ORGANISATION, MISNUMBERED] = min(
            limited[ORGANISATION, MISNUMBERED], MOST_MISNUMBERED
        )
    return limited
