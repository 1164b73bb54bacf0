"""Two ledgers of a trader: people and companies, all in one column called name."""

from __future__ import annotations

import pyarrow as pa

from bench.shapes.drawing import Draw, Row, sources
from bench.shapes.people import Person, population

FORMS = ("Ltd", "Limited", "LLC", "Inc", "& Sons", "")
LINES = (  # the last three are nothing that a list of trades knows
    "Plumbing", "Roofing", "Bakery", "Optics", "Farms", "Haulage", "Interiors", "Tools",
    "Kestrel", "Verdant", "Lumen",
)  # fmt: skip


def ledgers(seed: int) -> pa.Table:
    """Accounts of households and of companies, some named after the people who own them."""
    draw = Draw.of(seed, "en_US")
    people = population(draw, 900, 30)
    accounts = [(_firm(draw, one) if one.key % 5 < 2 else one, one) for one in people]
    parts: dict[str, list[Row]] = {"billing": [], "orders": []}
    for named, one in accounts:
        both = draw.chance(0.4)
        for ledger, part in parts.items():
            if both or draw.chance(0.5):
                name = named if isinstance(named, str) else _written(draw, named, ledger)
                part.append(_row(draw, _shortened(draw, name), one))
    return sources(draw, parts)


def _firm(draw: Draw, owner: Person) -> str:
    kind, line, form = draw.whole(0, 3), draw.one(LINES), draw.one(FORMS)
    first = (owner.family, f"{owner.given} {owner.family}", draw.city(), draw.street().split()[0])
    return f"{first[kind]} {line} {form}".strip()


def _written(draw: Draw, one: Person, ledger: str) -> str:
    given = draw.nickname(one.given, 0.15) if draw.chance(0.85) else f"{one.given[0]}."
    if ledger == "orders" and draw.chance(0.4):
        return f"{one.family}, {given}"
    return f"{given} {one.middle[0]}. {one.family}" if draw.chance(0.2) else f"{given} {one.family}"


def _shortened(draw: Draw, name: str) -> str:
    form = next((form for form in FORMS[:4] if name.endswith(f" {form}")), "")
    return name.removesuffix(f" {form}") if form and draw.chance(0.3) else name


def _row(draw: Draw, name: str, one: Person) -> Row:
    """A row of a ledger; one in eight has moved, not all have a phone."""
    known = draw.chance(0.88)
    return {
        "name": draw.slip(name, 0.08),
        "street": f"{one.house if known else draw.whole(1, 180)} {one.street}",
        "city": one.city if known else draw.city(),
        "phone": draw.digit_slip(one.phone, 0.05) if draw.chance(0.6) else None,
        "cluster": str(one.key),
    }
