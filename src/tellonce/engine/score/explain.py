"""Why two records are, or are not, one customer: a waterfall of levels, weights and values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa

from tellonce.engine.model.document import ScoreModel
from tellonce.engine.model.spelling import Spelling
from tellonce.engine.score.comparisons import COMPARISONS, OTHER, unpack
from tellonce.engine.score.encode import encode
from tellonce.engine.score.kernels import UNIT
from tellonce.engine.score.scoring import compared_in_full
from tellonce.engine.score.weights import level_bits, log_odds, odds, probability, weights

MISSING = "not compared: missing on one side"
# Comparisons whose values may be rare: agreement on a rare value adds more than a level's own bits.
RARE = frozenset({"given_name", "family_name", "organisation", "address"})


@dataclass(frozen=True)
class Step:
    """One comparison: its level in words, what it adds in bits, and both values as compared.

    `most_bits` is what its best level adds, to a value of average rarity.
    """

    comparison: str
    level: int
    words: str
    bits: float
    rarity_bits: float
    left: str
    right: str
    most_bits: float

    @property
    def all_bits(self) -> float:
        """What the comparison adds, rarity included."""
        return self.bits + self.rarity_bits


@dataclass(frozen=True)
class Proposal:
    """The kinds of blocking keys that two records share, in their order.

    `kinds` proposed the pair, the first one being that under which it is scored; values of
    `too_common` ones are shared by too many records to be used; `not_in_force` ones are not used
    by the model at all.
    """

    kinds: tuple[str, ...] = ()
    too_common: tuple[str, ...] = ()
    not_in_force: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Whether the pair was proposed, and by what."""
        if self.kinds:
            more = len(self.kinds) - 1
            others = f" and {more} further kind{'s' if more > 1 else ''}" if more else ""
            return f"proposed by the blocking key {self.kinds[0]}{others}"
        said = "no blocking key proposed this pair, so that it is never compared on its own"
        if self.too_common:
            said += f"; it shares {', '.join(self.too_common)}, with too many other records"
        if self.not_in_force:
            said += f"; it shares {', '.join(self.not_in_force)}, which the model does not use"
        return said


@dataclass(frozen=True)
class Evidence:
    """An attribute that a record lacks: who lacks it ("left", "right" or "both"), the most bits
    that agreement could add (more for a rare value if `rare`), and whether these would reach the
    link cut.
    """

    comparison: str
    lacking: str
    most_bits: float
    rare: bool
    reaches: bool

    def sentence(self) -> str:
        """As a person reads it."""
        where = "on both sides" if self.lacking == "both" else f"on the {self.lacking}"
        more = ", more for a rare value" if self.rare else ""
        enough = "would be enough" if self.reaches else "would not be enough alone"
        return f"{self.comparison}, missing {where}: at most {self.most_bits:+.1f}{more}; {enough}"


@dataclass(frozen=True)
class WhyNot:
    """Why a pair is below the link cut: the bits it misses it by, and those by which it misses the
    review cut (none: it does not), the comparisons that speak against it, strongest first, and the
    missing evidence, what could add most first.
    """

    missed_bits: float
    review_missed_bits: float
    against: tuple[Step, ...]
    missing: tuple[Evidence, ...]


@dataclass(frozen=True)
class Explanation:
    """A pair's way from the prior to its match weight and probability.

    `prior_bits` + the bits of all steps + `relatives_bits` (what is taken back because relatives
    too share what these two share) + `labels_bits` (what the calibration on `labels` labelled pairs
    adds) = `odds_bits`, the log2 odds of being one customer. Pairs are linked from the probability
    `link` on, and kept for a person to look at from `review` on. `one_customer`: whether both
    records ended in one, None where that was not asked.
    """

    prior_bits: float
    steps: tuple[Step, ...]
    relatives_bits: float
    labels_bits: float
    match_weight: float
    probability: float
    odds_bits: float
    link: float
    review: float = 0.5
    labels: int = 0
    one_customer: bool | None = None
    proposal: Proposal = field(default_factory=Proposal)

    @property
    def linked(self) -> bool:
        """Whether the pair is a link by its own weight."""
        return self.probability >= self.link

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        why = self.why_not()
        return {**asdict(self), "linked": self.linked, "why_not": asdict(why) if why else None}

    def compared(self) -> tuple[Step, ...]:
        """The steps that had something to compare, strongest first."""
        found = [step for step in self.steps if step.level]
        return tuple(sorted(found, key=lambda step: -abs(step.all_bits)))

    def sentences(self) -> tuple[str, ...]:
        """The steps that were compared, strongest first, as readable lines."""
        return tuple(f"{s.words} ({s.left} / {s.right}), {_signed(s)}" for s in self.compared())

    def missing(self) -> tuple[str, ...]:
        """Comparisons that had nothing to compare: evidence that could still decide."""
        return tuple(step.comparison for step in self.steps if not step.level)

    def why_not(self) -> WhyNot | None:
        """What keeps the pair below the link cut; None where nothing does."""
        if self.linked:
            return None
        missed = log_odds(self.link) - self.odds_bits
        against = sorted((s for s in self.steps if s.all_bits < 0), key=lambda s: s.all_bits)
        lacking = [
            Evidence(
                step.comparison,
                _lacking(step),
                step.most_bits,
                step.comparison in RARE,
                step.most_bits >= missed,
            )
            for step in self.steps
            if not step.level and step.most_bits >= LEAST_EVIDENCE
        ]
        lacking.sort(key=lambda evidence: -evidence.most_bits)
        review = max(log_odds(self.review) - self.odds_bits, 0.0)
        return WhyNot(round(missed, 3), round(review, 3), tuple(against), tuple(lacking))


LEAST_EVIDENCE = 0.5  # bits below which missing evidence is not worth a word


def _lacking(step: Step) -> str:
    if step.left == step.right == "-":
        return "both"
    return "left" if step.left == "-" else "right"


def _signed(step: Step) -> str:
    weight = f"{step.all_bits:+.1f}"
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
    weight, pattern, extras = compared_in_full(encoded, weights(model, encoded, None), *pair)
    steps = _steps(comparable, model, unpack(int(pattern[0])), extras[0])
    found, prior = float(weight[0]), log_odds(model.prior)
    log2_odds = float(odds(weight, model)[0])
    return Explanation(
        prior_bits=round(prior, 3),
        steps=steps,
        relatives_bits=round(found - sum(s.all_bits for s in steps), 3),
        labels_bits=round(log2_odds - prior - found, 3),
        match_weight=round(found, 3),
        probability=float(probability(weight, model)[0]),
        odds_bits=round(log2_odds, 3),
        link=model.link,
        labels=model.labels,
    )


def _steps(
    comparable: pa.Table, model: ScoreModel, levels: tuple[int, ...], extras: Any
) -> tuple[Step, ...]:
    left, right = comparable.slice(0, 2).to_pylist()
    bits = level_bits(model)
    stranger, most = bits[0], np.max(bits, axis=0).max(axis=1)
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
                rarity_bits=round(float(extras[index]) / UNIT, 3) if level else 0.0,
                left=shown(left, name),
                right=shown(right, name),
                most_bits=round(float(most[index]), 3),
            )
        )
    return tuple(steps)


def shown(row: Mapping[str, Any], comparison: str) -> str:
    """What a row of COMPARABLE has for a comparison, as text; "-" where it has nothing."""
    names = {"given_name": "given", "family_name": "family", "middle_name": "middle"}
    if comparison in names:
        generation = f" {row['suffix']}" if comparison == "given_name" and row["suffix"] else ""
        said = (name[names[comparison]] for name in row["names"] or ())
        values = [f"{value}{generation}" for value in said if value]
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
