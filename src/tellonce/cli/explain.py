"""`tellonce explain`: why two records are, or are not, linked; what holds a customer together."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from tellonce import resolution
from tellonce.cli.output import Stages, counted, print_json, print_table, show
from tellonce.cli.resolve import (
    Files,
    Id,
    Ignore,
    Json,
    Labels,
    Map,
    Model,
    Threshold,
    Unique,
    named_files,
    split,
)
from tellonce.engine.score import waterfall
from tellonce.io.errors import BadSetting
from tellonce.io.write import check_writable, write_text

Left = Annotated[str | None, typer.Option(metavar="SOURCE:ID", help="One record, such as crm:17.")]
Right = Annotated[str | None, typer.Option(metavar="SOURCE:ID", help="Another record.")]
Customer = Annotated[
    str | None,
    typer.Option(metavar="ID", help="A customer, by its id or by SOURCE:ID of one of its records."),
]
Svg = Annotated[
    Path | None,
    typer.Option("--svg", metavar="FILE", help="Draw it; of a customer, its weakest link."),
]
MOST_SHOWN = 20  # members, and links of a kind, that are shown of a customer


def explain(
    files: Files,
    left: Left = None,
    right: Right = None,
    *,
    customer: Customer = None,
    svg: Svg = None,
    model: Model = None,
    labels: Labels = None,
    id: Id = None,
    map: Map = None,
    threshold: Threshold = None,
    ignore: Ignore = "",
    unique: Unique = "",
    json: Json = False,
) -> None:
    """Say why two records are, or are not, linked: what each comparison weighs, what is missing,
    which blocking key proposed them. Or say what holds a customer together, and what hardly does.

    Without --model a model is trained on the files first, as `tellonce resolve` does.
    """
    sources = named_files(files)
    names = _asked(left, right, customer, list(sources))
    _check_svg(svg, [*sources.values(), *(path for path in (map, model, labels) if path)])
    asked: dict[str, Any] = {"id": id, "mapping": map, "model": model, "labels": labels}
    asked |= {"threshold": threshold, "ignore": split(ignore), "unique": split(unique)}
    with Stages() as stages:
        result = resolution.resolve(sources, progress=stages, **asked)
    if customer is None:
        title, told = f"{left} and {right}", result.explain(*names)
        document, rows = {"left": left, "right": right}, pair_rows
    else:
        title = f"customer {customer}"
        told = result.explain_customer(names[0] if names else customer)
        document, rows = {"customer": customer}, customer_rows
    if svg is not None:
        write_text(svg, _drawn(told, title))
    if json:
        print_json({**document, **told.to_dict()})
    else:
        show(title)
        print_table(rows(told))


def _asked(
    left: str | None, right: str | None, customer: str | None, sources: list[str]
) -> list[tuple[str, str]]:
    """The records that are named: two, or one of the customer. Raises BadSetting."""
    if (customer is None) == (left is None and right is None):
        raise BadSetting(
            "What is to be explained is not clear.", "Give --left and --right, or --customer."
        )
    if customer is not None:
        return [] if customer.startswith("cus_") else [record_name(customer, sources)]
    if left is None or right is None:
        raise BadSetting("One record is no pair.", "Give --left and --right.")
    return [record_name(text, sources) for text in (left, right)]


def _check_svg(svg: Path | None, inputs: list[Path]) -> None:
    if svg is None:
        return
    check_writable(svg)
    if svg.resolve() in [path.resolve() for path in inputs]:
        raise BadSetting(f"The picture would go to {svg}, which is read.", "Name another file.")


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


def _drawn(told: Any, title: str) -> str:
    """The picture of a pair, or of a customer's weakest link."""
    if not hasattr(told, "weakest"):
        return waterfall.svg(told, title)
    if told.weakest is None:
        raise BadSetting(
            "The customer is one record: there is no link to draw.", "Leave --svg out."
        )
    title = f"The weakest link of {title}: {_pair(told.weakest)}"
    return waterfall.svg(told.weakest_explained, title)


def pair_rows(explanation: Any) -> list[tuple[str, str]]:
    """The way from the prior to the probability: bits, and what gives them; then what follows."""
    rows = []
    for bar in waterfall.bars(explanation):
        rows.append((f"{bar.bits:+.1f}", f"{bar.words}: {bar.values}" if bar.values else bar.words))
    return rows + [("", line) for line in waterfall.verdict(explanation)]


def customer_rows(told: Any) -> list[tuple[str, str]]:
    """Members, what holds them together, the weakest link and why, and what speaks against it."""
    if told.weakest is None:
        return [("member", _name(told.members[0])), ("", "one record alone"), *_apart(told)]
    return [
        *_some("member", [_name(name) for name in told.members]),
        ("links", _links(told)),
        *_some("holds", [_strength(link) for link in told.holding]),
        ("weakest", _strength(told.weakest)),
        *pair_rows(told.weakest_explained),
        *_some("speaks against", [_strength(link) for link in told.against]),
        *_apart(told),
    ]


def _links(told: Any) -> str:
    pairs = len(told.members) * (len(told.members) - 1) // 2
    said = f"{len(told.links):,} of {counted(pairs, 'pair')} at or above {told.link:.2f}; "
    if not told.bridges:
        return said + "no single one holds it together, these are the strongest that connect it"
    if len(told.bridges) == 1:
        return said + "it hangs on one: without this link it would fall apart"
    return said + f"it hangs on each of {len(told.bridges)}: without any one it would fall apart"


def _apart(told: Any) -> Iterator[tuple[str, str]]:
    lines = [
        f"{_strength(link)}; {link.conflict or 'the other records outweigh it'}"
        for link in told.apart
    ]
    yield from _some("kept apart", lines)


def _some(words: str, lines: list[str]) -> list[tuple[str, str]]:
    """The first lines, and how many there are beyond them."""
    rows = [(words, line) for line in lines[:MOST_SHOWN]]
    beyond = len(lines) - MOST_SHOWN
    return rows + ([("", f"and {beyond:,} more; --json has them all")] if beyond > 0 else [])


def _name(record: tuple[str, str]) -> str:
    return ":".join(record)


def _pair(link: Any) -> str:
    return f"{_name(link.left)} and {_name(link.right)}"


def _strength(link: Any) -> str:
    decided = " by decision" if link.decided else f", {link.odds_bits:+.1f}"
    return f"{_pair(link)}: {link.probability:.4f}{decided}"
