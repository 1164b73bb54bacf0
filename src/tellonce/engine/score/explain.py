"""Why two records are, or are not, one customer: a waterfall of levels, weights and values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from tellonce.engine.model.document import ScoreModel
from tellonce.engine.model.spelling import Spelling
from tellonce.engine.score.comparisons import COMPARISONS, OTHER, unpack
from tellonce.engine.score.encode import encode
from tellonce.engine.score.kernels import UNIT, score_pairs
from tellonce.engine.score.weights import level_bits, log_odds, probability, weights

MISSING = "not compared: missing on one side"


@dataclass(frozen=True)
class Step:
    """One comparison: its level in words, what it adds in bits, and both values as compared."""

    comparison: str
    level: int
    words: str
    bits: float
    rarity_bits: float
    left: str
    right: str


@dataclass(frozen=True)
class Explanation:
    """A pair's way from the prior to its match weight and probability.

    `prior_bits` + the bits of all steps + `relatives_bits` (what is taken back because relatives
    too share what these two share) = log2 odds of being one customer.
    """

    prior_bits: float
    steps: tuple[Step, ...]
    relatives_bits: float
    match_weight: float
    probability: float

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    def sentences(self) -> tuple[str, ...]:
        """The steps that were compared, strongest first, as readable lines."""
        compared = [step for step in self.steps if step.level]
        ordered = sorted(compared, key=lambda step: -abs(step.bits + step.rarity_bits))
        return tuple(f"{s.words} ({s.left} / {s.right}), {_signed(s)}" for s in ordered)

    def missing(self) -> tuple[str, ...]:
        """Comparisons that had nothing to compare: evidence that could still decide."""
        return tuple(step.comparison for step in self.steps if not step.level)


def _signed(step: Step) -> str:
    weight = f"{step.bits + step.rarity_bits:+.1f}"
    if not step.rarity_bits:
        return weight
    how = "rare" if step.rarity_bits > 0 else "common"
    return f"{weight}, {step.rarity_bits:+.1f} of it because that is {how}"


def explanation(
    comparable: pa.Table, model: ScoreModel, spelling: Spelling, hash_key: bytes
) -> Explanation:
    """Explain the first two rows of a COMPARABLE table under a model."""
    encoded, _values = encode(comparable, model, spelling, hash_key)
    pair = (np.array([0], np.int32), np.array([1], np.int32))
    weight, pattern, extras = score_pairs(encoded, weights(model, encoded, None), *pair)
    left, right = comparable.slice(0, 2).to_pylist()
    stranger, _relative = level_bits(model)
    levels = unpack(int(pattern[0]))
    steps = []
    for index, level in enumerate(levels[: OTHER + len(model.others)]):
        name = model.others[index - OTHER] if index >= OTHER else COMPARISONS[index].name
        words = COMPARISONS[index].levels[level - 1] if level else MISSING
        steps.append(
            Step(
                comparison=name,
                level=level,
                words=f"{name}: {words}" if index >= OTHER and level else words,
                bits=round(float(stranger[index, level]), 3),
                rarity_bits=round(float(extras[0, index]) / UNIT, 3) if level else 0.0,
                left=shown(left, name),
                right=shown(right, name),
            )
        )
    found = float(weight[0])
    return Explanation(
        prior_bits=round(log_odds(model.prior), 3),
        steps=tuple(steps),
        relatives_bits=round(found - sum(s.bits + s.rarity_bits for s in steps), 3),
        match_weight=round(found, 3),
        probability=float(probability(weight, model)[0]),
    )


def shown(row: Mapping[str, Any], comparison: str) -> str:
    """What a row of COMPARABLE has for a comparison, as text; "-" where it has nothing."""
    names = {"given_name": "given", "family_name": "family", "middle_name": "middle"}
    if comparison in names:
        values = [name[names[comparison]] for name in row["names"] or ()]
    elif comparison == "birth_date":
        parts = (row["birth_year"], row["birth_month"], row["birth_day"])
        values = ["-".join(f"{part:02}" for part in parts if part)]
    elif comparison == "address":
        values = [" ".join(v for v in a.values() if v) for a in row["addresses"] or ()]
    elif comparison == "identifier":
        values = [f"{i['kind']} {i['value']}" for i in row["identifiers"] or ()]
    elif comparison in ("email", "phone", "organisation"):
        values = list(row[f"{comparison}s"] or ())
    elif comparison in row:
        values = [row[comparison]]
    else:
        values = [o["value"] for o in row["others"] or () if o["name"] == comparison]
    return ", ".join(dict.fromkeys(v for v in values if v)) or "-"
