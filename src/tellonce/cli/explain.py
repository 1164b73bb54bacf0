"""`tellonce explain`: why two records are, or are not, linked."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from tellonce import resolution
from tellonce.cli.output import Stages, print_json, print_table, show
from tellonce.cli.resolve import Files, Id, Json, Map, Model, named_files
from tellonce.io.errors import BadSetting

Left = Annotated[str, typer.Option(metavar="SOURCE:ID", help="One record, such as crm:17.")]
Right = Annotated[str, typer.Option(metavar="SOURCE:ID", help="Another record.")]


def explain(
    files: Files,
    left: Left,
    right: Right,
    *,
    model: Model = None,
    id: Id = None,
    map: Map = None,
    json: Json = False,
) -> None:
    """Say why two records are, or are not, linked: what each comparison weighs, and the sum.

    Without --model a model is trained on the files first, as `tellonce resolve` does.
    """
    sources = named_files(files)
    names = [record_name(text, list(sources)) for text in (left, right)]
    with Stages() as stages:
        if model is None:
            result = resolution.resolve(sources, id=id, mapping=map, progress=stages)
            records, used = result.records, result.model
        else:
            used = resolution.load_model(model)
            records = resolution.standardised(sources, id=id, mapping=map, progress=stages).records
    explanation = resolution.explain(records, names[0], names[1], used)
    if json:
        print_json({"left": left, "right": right, **explanation.to_dict()})
    else:
        show(f"{left} and {right}")
        print_table(waterfall(explanation))


def record_name(text: str, sources: list[str]) -> tuple[str, str]:
    """SOURCE:ID as (source, record id); with one source its name may be left out."""
    source, colon, record_id = text.partition(":")
    if colon and source in sources:
        return source, record_id
    if len(sources) == 1:
        return sources[0], text
    raise BadSetting(
        f"{text!r} does not name a record.", f"Write SOURCE:ID; sources are {', '.join(sources)}."
    )


def waterfall(explanation: Any) -> list[tuple[str, str]]:
    """The way from the prior to the probability: bits, and what gives them, strongest first."""
    compared = [step for step in explanation.steps if step.level]
    rows = [(_bits(explanation.prior_bits), "before anything is compared")]
    for step in sorted(compared, key=lambda step: -abs(step.bits + step.rarity_bits)):
        what = f"{step.words}: {step.left} / {step.right}{_rarity(step.rarity_bits)}"
        rows.append((_bits(step.bits + step.rarity_bits), what))
    if explanation.relatives_bits:
        rows.append((_bits(explanation.relatives_bits), "taken back: relatives share this too"))
    odds = explanation.prior_bits + explanation.match_weight
    sum_up = f"in all: match probability {explanation.probability:.4f} (+1 doubles the odds)"
    rows.append((_bits(odds), sum_up))
    missing = ", ".join(explanation.missing())
    return rows + ([("", f"missing on one side: {missing}")] if missing else [])


def _rarity(bits: float) -> str:
    """How much of a step's weight comes from how often its value is seen."""
    if not bits:
        return ""
    return f", {_bits(bits)} of it because that is {'rare' if bits > 0 else 'common'}"


def _bits(bits: float) -> str:
    return f"{bits:+.1f}"
