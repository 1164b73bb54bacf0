"""Models and their comparison in words, as rows of a label and a text."""

from __future__ import annotations

from typing import Any

from tellonce.cli.output import counted
from tellonce.comparing import ChangedPair, Comparison
from tellonce.engine.model.document import MatchModel
from tellonce.engine.score.comparisons import COMPARISONS, OTHER
from tellonce.engine.score.weights import level_bits

REASONS_SHOWN = 4
Rows = list[tuple[str, str]]


def model_rows(model: MatchModel) -> Rows:
    """What a model holds."""
    score, block = model.score, model.block
    trained = counted(model.trained_on, "record") if model.trained_on else "no records: as shipped"
    taught = counted(score.labels, "labelled pair") if score.labels else "no labels"
    rows = [
        ("fingerprint", f"{model.fingerprint}, version {model.version}"),
        ("trained on", f"{trained}, {taught}"),
        ("matches", f"one pair in {1 / score.prior:,.0f}, before anything is compared"),
        (
            "relatives",
            f"one in {1 / max(score.relatives, 1e-12):,.0f} of the pairs that do not match",
        ),
        ("link cut", f"match probability {score.link:.4f}, unless --threshold says otherwise"),
    ]
    if score.labels:
        rows.append(("calibration", f"log2 odds x {score.slope:.3f} {score.shift:+.2f}"))
    rows += [
        ("key kinds", f"{len(block.kinds)}: {', '.join(block.kinds) or 'none'}"),
        ("left out", ", ".join(block.skipped) or "no key kind, for its cost"),
        ("hashed values", _hashed(model)),
        ("frequencies", _frequencies(score.frequencies)),
    ]
    return [*rows, ("weights", "in bits, rare values more:"), *_weights(model)]


def _hashed(model: MatchModel) -> str:
    score, block = model.score, model.block
    count = len(score.shared) + len(block.refined) + len(block.stopped)
    if not count:
        return "none: not personal data; they are counted anew wherever it is applied"
    return (
        f"{len(score.shared):,} shared contacts, {len(block.refined):,} keys joined with a second "
        f"value, {len(block.stopped):,} not used, under the key {model.hash_key}"
    )


def _frequencies(frequencies: Any) -> str:
    seen = [f"{len(values):,} of {name}" for name, values in sorted(frequencies.items()) if values]
    return (", ".join(seen) or "none") + "; only values seen at least 5 times"


def _weights(model: MatchModel) -> Rows:
    """Each comparison with its levels; those of attributes that are not compared are left out."""
    stranger, *_ = level_bits(model.score)
    rows = []
    for index, comparison in enumerate(COMPARISONS[: OTHER + len(model.score.others)]):
        name = model.score.others[index - OTHER] if index >= OTHER else comparison.name
        levels = [
            f"{words} {stranger[index, level]:+.1f}"
            for level, words in enumerate(comparison.levels, start=1)
        ]
        rows.append((name, "; ".join(levels)))
    return rows


def comparison_rows(found: Comparison) -> Rows:
    """What would change, and the pairs that change most with what makes them."""
    count = found.moves
    rows = [
        ("model in use", _named(found.old)),
        ("other model", _named(found.new)),
        ("customers", f"{count.before:,} now, {count.after:,} then"),
        ("unchanged", counted(count.unchanged, "customer")),
        ("merged", f"{counted(count.merged, 'customer')}, with records of others"),
        ("split", f"{counted(count.split, 'customer')}, over several"),
        ("moved", f"{counted(count.moved, 'record')} would be of another customer"),
        ("pairs", f"{count_pairs(found)} would come together or apart"),
    ]
    return rows + [row for pair in found.pairs for row in _pair_rows(pair)]


def count_pairs(found: Comparison) -> str:
    """How many pairs change, and how many of them are shown."""
    shown = len(found.pairs)
    beyond = f"; the {shown} whose odds change most:" if found.changed_pairs > shown else ""
    return f"{counted(found.changed_pairs, 'pair')}{beyond}"


def _named(model: MatchModel) -> str:
    taught = f", {counted(model.score.labels, 'label')}" if model.score.labels else ""
    trained = f"trained on {counted(model.trained_on, 'record')}" if model.trained_on else "shipped"
    return f"{model.fingerprint}, {trained}{taught}, links from {model.score.link:.2f} on"


def _pair_rows(pair: ChangedPair) -> Rows:
    names = f"{':'.join(pair.left)} and {':'.join(pair.right)}"
    old, new = pair.old, pair.new
    odds = f"{old.odds_bits:+.1f} -> {new.odds_bits:+.1f}"
    chance = f"probability {old.probability:.4f} -> {new.probability:.4f}"
    rows = [("together" if pair.together else "apart", f"{names}: {odds}, {chance}")]
    shown = pair.reasons[:REASONS_SHOWN]
    rows += [("", f"{bits:+.1f}  {words}") for words, bits in shown]
    if not shown:
        rows.append(("", "by the cut, or through other records: its own evidence weighs the same"))
    return rows
