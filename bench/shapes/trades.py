"""Files of what is not a private person: inventors of patents, restaurants of two guides."""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from bench.shapes.drawing import Draw, Row, sources

CUISINES = ("italian", "french", "american", "asian", "steakhouses", "delis", "seafood", "mexican")
WORDS = (
    "cafe", "grill", "bistro", "house", "garden", "kitchen", "bar", "palm", "river", "golden",
    "blue", "old", "royal", "harbor", "corner", "olive", "lemon", "oyster", "pearl", "dragon",
)  # fmt: skip
FIRMS = ("Systems", "Pharma", "Motors", "Devices", "Chemical", "Optics", "Labs")


@dataclass(frozen=True)
class Inventor:
    """One made-up inventor, as the truth has it."""

    key: int
    given: str
    middle: str
    family: str
    city: str
    firm: str
    field: str


def inventors(seed: int) -> pa.Table:
    """A row for every inventor of every patent; colleagues share firm, city, class and patents."""
    draw = Draw.of(seed, "en_US")
    firms = [f"{draw.family()} {draw.one(FIRMS)} Inc." for _ in range(40)]
    groups = [(firm, draw.city(), str(draw.whole(100, 600))) for firm in firms for _ in range(2)]
    people = [_inventor(draw, key, groups) for key in range(500)]
    rows: list[Row] = []
    for _patent in range(700):
        lead = people[draw.whole(0, len(people) - 1)]
        beside = [p for p in people if (p.firm, p.city) == (lead.firm, lead.city) and p != lead]
        team = [lead, *(p for p in beside if draw.chance(0.25))]
        rows.extend(_inventor_row(draw, one, team) for one in team)
    return sources(draw, {"patents": rows})


def _inventor(draw: Draw, key: int, groups: list[tuple[str, str, str]]) -> Inventor:
    gender = "M" if draw.chance(0.8) else "F"
    firm, city, kind = groups[draw.whole(0, len(groups) - 1)]
    return Inventor(key, draw.given(gender), draw.given(gender), draw.family(), city, firm, kind)


def _inventor_row(draw: Draw, one: Inventor, team: list[Inventor]) -> Row:
    middle = draw.one(("", f" {one.middle[0]}.", f" {one.middle}"))
    given = one.given if draw.chance(0.85) else one.given[0] + "."
    firm = one.firm.removesuffix(" Inc.") if draw.chance(0.3) else one.firm
    others = [f"{p.family}, {p.given}" for p in team if p != one]
    kind = one.field if draw.chance(0.7) else str(draw.whole(100, 600))
    return {
        "inventor": f"{draw.slip(one.family, 0.04)}, {given}{middle}",
        "assignee": draw.slip(firm, 0.1) if draw.chance(0.9) else None,
        "city": draw.slip(one.city, 0.04),
        "patent class": kind,
        "coauthors": "; ".join(others) or None,
        "cluster": str(one.key),
    }


def restaurants(seed: int) -> pa.Table:
    """Two guides that name, spell and class the same restaurants differently; chains in between."""
    draw = Draw.of(seed, "en_US")
    cities = [(draw.city().lower(), draw.digits(3)) for _ in range(7)]
    parts: dict[str, list[Row]] = {"guide_a": [], "guide_b": []}
    chains = [f"{draw.one(WORDS)} {draw.one(WORDS)}" for _ in range(12)]
    for key in range(620):
        name = chains[key % 12] if key % 10 == 0 else _restaurant_name(draw)
        city, area = cities[draw.whole(0, 6)]
        street = f"{draw.whole(1, 9999)} {draw.one(('n. ', 's. ', 'w. ', ''))}{draw.street()}"
        true = {
            "name": name, "addr": street.lower(), "city": city,
            "phone": area + draw.digits(7), "type": draw.one(CUISINES),
        }  # fmt: skip
        both = draw.chance(0.18)
        for guide, part in parts.items():
            if both or draw.chance(0.5):
                part.append({**_listed(draw, true, guide), "cluster": str(key)})
    return sources(draw, parts)


def _restaurant_name(draw: Draw) -> str:
    kind = draw.whole(0, 3)
    word, family = draw.one(WORDS), draw.family().lower()
    return (f"{family}'s", f"the {word} {family}", f"{word} {draw.one(WORDS)}", f"chez {family}")[
        kind
    ]


def _listed(draw: Draw, true: dict[str, str], guide: str) -> Row:
    phone = true["phone"]
    name, addr, kind = true["name"], true["addr"], true["type"]
    if guide == "guide_b":
        name = draw.one((name, name, f"{name} restaurant", name.removeprefix("the ")))
        addr = addr.replace("street", "st.").replace("avenue", "ave.").replace("drive", "dr.")
        kind = kind if draw.chance(0.5) else f"{draw.one(CUISINES)} ({draw.one(('new', 'old'))})"
        phone = f"{phone[:3]}-{phone[3:6]}-{phone[6:]}"
    else:
        phone = f"{phone[:3]}/{phone[3:6]}-{phone[6:]}"
    if draw.chance(0.12):
        addr = " ".join(addr.split()[1:]) + " between 5th and 6th"
    return {
        "name": draw.slip(name, 0.05), "addr": addr, "city": true["city"],
        "phone": draw.digit_slip(phone, 0.06), "type": kind,
    }  # fmt: skip
