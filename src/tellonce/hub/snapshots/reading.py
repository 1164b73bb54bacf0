"""A sealed document laid out for people: the same tables in the terminal and on paper."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tellonce.hub.snapshots.types import SealedSnapshot
from tellonce.io.visible import visible

SHOWN = 25  # entries of a section; the document holds more
_NAMES = ("full_name", "title given_name middle_name family_name name_suffix", "organisation")
_COLUMNS = {  # label -> fields; the first filled one is shown
    "Reference": ("reference",),
    "What": ("title", "product", "purpose"),
    "Qty": ("quantity",),
    "Amount": ("amount",),
    "Channel": ("channel",),
    "Status": ("status", "state"),
}
_FOLDED = frozenset({"currency"}).union(*_COLUMNS.values())
_ONE = {  # kind -> what one of it is called
    "transactions": "purchase",
    "opportunities": "opportunity",
    "interactions": "contact",
    "tickets": "ticket",
    "accounts": "account",
    "products": "product",
}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?")
_AT_LEAST = "+: at least so old; its source does not say when it was observed"


@dataclass(frozen=True)
class PageTable:
    """A table of text. `right` are the labels of columns to be set flush right."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    right: frozenset[str] = frozenset({"Qty", "Amount", "Age", "Sure"})

    @property
    def cells(self) -> list[list[tuple[str, str, bool]]]:
        """The rows, each text with its column and whether it is set flush right."""
        flush = [column in self.right for column in self.columns]
        return [list(zip(self.columns, row, flush, strict=True)) for row in self.rows]


@dataclass(frozen=True)
class PageSection:
    """One section: its name, one line about it, its table (None where there is nothing), and one
    line below it.
    """

    name: str
    note: str
    table: PageTable | None
    more: str = ""


@dataclass(frozen=True)
class Page:
    """A snapshot laid out: who, for what, and what of each section."""

    name: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[PageSection, ...]
    masking: str


def readable(snapshot: SealedSnapshot) -> Page:
    """The page of a snapshot whose body is still there."""
    document = snapshot.document or {}
    records = ", ".join(
        source if count == 1 else f"{source} ({count} records)"
        for source, count in document["records"].items()
    )
    facts = (
        ("Customer", snapshot.customer),
        ("Known from", records or "no record"),
        ("Asked by", f"{document['requested_by']['email']} for {snapshot.purpose}"),
        ("Because of", snapshot.trigger),
        ("As of", f"{snapshot.as_of:%Y-%m-%d %H:%M:%S} UTC"),
        ("Snapshot", snapshot.id),
        ("SHA-256", snapshot.sha256),
    )
    sections = tuple(
        _section(name, one, snapshot.as_of) for name, one in document["sections"].items()
    )
    return Page(_name(document), facts, sections, _masking(document["masking"]))


def _name(document: Mapping[str, Any]) -> str:
    values = document["sections"].get("demographics", {}).get("values", ())
    golden = {value["attribute"]: value["value"] for value in values if value["rank"] == 0}
    for names in _NAMES:
        if found := " ".join(filter(None, (golden.get(name) for name in names.split()))):
            return visible(found)
    return str(document["customer"])


def _section(name: str, section: Mapping[str, Any], as_of: datetime) -> PageSection:
    title = name.capitalize()
    if not section["served"]:
        return PageSection(title, f"not served: {section['reason']}", None)
    if section["values"]:
        values = [one for one in section["values"] if not _is_told_twice(one, section["values"])]
        table = _values_table(values, as_of)
        guessed = any("+" in row[table.columns.index("Age")] for row in table.rows)
        return PageSection(title, _note(section), table, _AT_LEAST if guessed else "")
    if not section["entries"]:
        return PageSection(title, "nothing known", None)
    shown = section["entries"][:SHOWN]
    left = section["total"] - len(shown)
    more = f"and {left:,} earlier" if left > 0 else ""
    return PageSection(title, _note(section), _entries_table(shown), more)


def _note(section: Mapping[str, Any]) -> str:
    parts = []
    if section["total"]:
        parts.append(f"{section['total']:,} in all")
    amounts = section["summary"].get("transactions", {}).get("amounts", {})
    parts += [f"{_money(total)} {currency}".strip() for currency, total in amounts.items()]
    if section["completeness"] is not None:
        parts.append(f"{section['completeness']:.0%} complete")
    if section["age_days"] is not None:
        parts.append(f"newest {_old(section['age_days'])}")
    return visible(" · ".join(parts))


def _is_told_twice(value: Mapping[str, Any], values: Sequence[Mapping[str, Any]]) -> bool:
    """A full name says nothing beside its parts."""
    golden = {one["attribute"]: one["value"] for one in values if one["rank"] == 0}
    parts = (golden.get("given_name"), golden.get("middle_name"), golden.get("family_name"))
    return value["attribute"] == "full_name" and value["value"] == " ".join(filter(None, parts))


def _values_table(values: Sequence[Mapping[str, Any]], as_of: datetime) -> PageTable:
    rows = [
        (
            _label(value["attribute"]) if value["rank"] == 0 else "  also",
            value["value"] + (" (masked)" if value["masked"] else ""),
            value["source"],
            _age_of(value, as_of) + (" stale" if value.get("stale") else ""),
            f"{value['confidence']:.0%}",
        )
        for value in values
    ]
    return _table(("Attribute", "Value", "Source", "Age", "Sure"), rows)


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> PageTable:
    return PageTable(tuple(columns), tuple(tuple(map(visible, row)) for row in rows))


def _entries_table(entries: Sequence[Mapping[str, Any]]) -> PageTable:
    """Columns that no entry fills are left out; what has no column of its own is in Details."""
    several = len({entry["kind"] for entry in entries}) > 1
    rows = [_entry_row(entry, several) for entry in entries]
    columns = [label for label in rows[0] if any(row[label] for row in rows)]
    return _table(columns, [[row[c] for c in columns] for row in rows])


def _entry_row(entry: Mapping[str, Any], with_kind: bool) -> dict[str, str]:
    fields = entry["fields"]
    kind = _ONE.get(entry["kind"], entry["kind"])
    row = {"When": _day(entry["at"]), "Kind": kind if with_kind else ""}
    for label, names in _COLUMNS.items():
        row[label] = next((str(fields[name]) for name in names if fields.get(name)), "")
    if row["Amount"]:
        row["Amount"] = f"{_money(row['Amount'])} {fields.get('currency', '')}".strip()
    others = {name: value for name, value in fields.items() if name not in _FOLDED and value}
    row["Details"] = "; ".join(f"{_label(name)}: {_told(value)}" for name, value in others.items())
    row["Source"] = entry["source"]
    return row


def _age_of(value: Mapping[str, Any], as_of: datetime) -> str:
    """Its age or, where its source does not say, since when we hold it: at least that old."""
    if value["age_days"] is not None or value["delivered_at"] is None:
        return age(value["age_days"])
    held = (as_of - datetime.fromisoformat(value["delivered_at"])).days
    return f"{age(held)}+" if held else age(None)


def age(days: int | None) -> str:
    """Days in words people use: today, 12 d, 5 mo, 3 y; '?' where the age is not known."""
    if days is None:
        return "?"
    if days == 0:
        return "today"
    if days < 60:
        return f"{days} d"
    return f"{days // 30} mo" if days < 730 else f"{days // 365} y"


def _old(days: int) -> str:
    return f"{age(days)} old" if days else age(days)


def _told(value: Any) -> str:
    """A value as people read it: a moment without its seconds."""
    text = str(value)
    return _day(text) if _MOMENT.fullmatch(text) else text


def _day(moment: str | None) -> str:
    if not moment:
        return ""
    at = datetime.fromisoformat(moment)
    return f"{at:%Y-%m-%d}" if at.hour == at.minute == 0 else f"{at:%Y-%m-%d %H:%M}"


def _money(amount: Any) -> str:
    try:
        return f"{float(amount):,.2f}"
    except ValueError:
        return str(amount)


def _label(name: str) -> str:
    return name.removeprefix("other:").replace("identifier:", "").replace("_", " ")


def _masking(masking: Mapping[str, Sequence[str]]) -> str:
    parts = []
    for what in ("masked", "withheld"):
        if masking[what]:
            names = ", ".join(_label(name.partition(".")[2]) for name in masking[what])
            parts.append(f"{what}: {names}")
    return visible("; ".join(parts)) or "nothing is masked or withheld"
