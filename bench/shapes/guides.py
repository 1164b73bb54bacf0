"""Restaurants of two guides that agree on little: each has a way of its own with what it lists."""

from __future__ import annotations

import pyarrow as pa

from bench.shapes.drawing import Draw, Row, sources

FIRST = ("le", "la", "il", "cafe", "chez", "the", "hotel", "l'", "trattoria", "old", "big", "casa")
NOUNS = (
    "palm", "grill", "orangerie", "delicatessen", "tavern", "bistro", "market", "bell", "bird",
    "locanda", "gallery", "oak room", "court", "fenix", "citrus", "campanile", "veranda", "abbey",
)  # fmt: skip
KINDS = (
    "american", "american (new)", "french", "french (classic)", "italian", "southern italian",
    "californian", "steakhouses", "delis", "asian", "japanese", "cafeterias", "continental",
)  # fmt: skip
TYPES = (("st.", "street"), ("ave.", "avenue"), ("blvd.", "boulevard"), ("rd.", "road"))
SIDES = (("", ""), ("", ""), ("w. ", "west "), ("n. ", "north "), ("e. ", "east "), ("s. ", "s "))
PARTS = {
    "los angeles": ("los angeles", "w. hollywood", "beverly hills", "studio city", "la"),
    "new york": ("new york", "new york city"),
    "san francisco": ("san francisco",),
    "atlanta": ("atlanta",),
}
AREAS = {"los angeles": ("213", "310", "818"), "new york": ("212",), "san francisco": ("415",)}


def guides(seed: int) -> pa.Table:
    """Two guides without headers that say more than `addr` or `type`: names shortened or turned
    round, streets in words or in short, towns or their parts, an area code that changed, cuisines
    of two systems, houses that hold two restaurants and branches of one name.
    """
    draw = Draw.of(seed, "en_US")
    parts: dict[str, list[Row]] = {"fed": [], "zed": []}
    last: dict[str, str] = {}
    for key in range(750):
        true = _true(draw)
        if last and draw.chance(0.04):  # the other restaurant of a hotel
            true |= {name: last[name] for name in ("number", "side", "street", "kind", "city")}
        elif last and draw.chance(0.04):
            true["name"] = last["name"]
        last = true
        both = draw.chance(0.15)
        for guide, part in parts.items():
            if both or draw.chance(0.45):
                listed = _in_fed(draw, true) if guide == "fed" else _in_zed(draw, true)
                part.append({**listed, "cluster": str(key)})
    return sources(draw, parts)


def _true(draw: Draw) -> dict[str, str]:
    family = draw.family().lower()
    name = draw.one((
        f"{family}'s", f"{draw.one(FIRST)} {draw.one(NOUNS)}", f"{draw.given('M').lower()}'s",
        f"{draw.one(FIRST)} {family}", f"{family} {draw.one(NOUNS)}", f"{draw.one(NOUNS)} {family}",
    ))  # fmt: skip
    city = draw.one(tuple(PARTS))
    street = draw.one((draw.family().lower(), f"{draw.whole(1, 90)}th", draw.family().lower()))
    return {
        "name": name, "city": city, "number": str(draw.whole(1, 12999)), "street": street,
        "side": str(draw.whole(0, len(SIDES) - 1)), "kind": str(draw.whole(0, len(TYPES) - 1)),
        "area": draw.one(AREAS.get(city, ("404", "770"))), "line": draw.digits(7),
        "food": draw.one(KINDS),
    }  # fmt: skip


def _in_fed(draw: Draw, true: dict[str, str]) -> Row:
    name, line = true["name"], true["line"]
    if draw.chance(0.25):
        name = draw.one((f"{name} restaurant", f"restaurant {name}", f"{name} of {true['city']}"))
    street = f"{SIDES[int(true['side'])][0]}{true['street']} {TYPES[int(true['kind'])][0]}"
    if draw.chance(0.15):
        street += draw.one((" at 5th ave.", " near the park", " between 2nd and 3rd sts."))
    return {
        "name": draw.slip(name, 0.04), "addr": f"{true['number']} {street}",
        "city": draw.one(PARTS[true["city"]]), "phone": f"{true['area']}/{line[:3]}-{line[3:]}",
        "type": true["food"],
    }  # fmt: skip


def _in_zed(draw: Draw, true: dict[str, str]) -> Row:
    words, line, city = true["name"].split(), true["line"], true["city"]
    turned = len(words) > 1 and words[0] in FIRST and draw.chance(0.5)
    name = f"{' '.join(words[1:])}  {words[0]}" if turned else true["name"]
    if draw.chance(0.15):
        name = draw.one((f"{name} ({city})", f"{name} & bar", name.replace("'s", "")))
    street = f"{SIDES[int(true['side'])][1]}{true['street']} {TYPES[int(true['kind'])][1]}"
    number = true["number"] if draw.chance(0.85) else ""
    area = true["area"] if draw.chance(0.9) else draw.one(("323", "646", "650"))
    return {
        "name": name, "addr": f"{number} {street}".strip(), "city": city,
        "phone": draw.digit_slip(f"({area}) {line[:3]}-{line[3:]}", 0.05),
        "type": true["food"] if draw.chance(0.3) else draw.one(KINDS),
    }  # fmt: skip
