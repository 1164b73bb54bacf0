"""Writes the tables of concepts/kpis.md and troubles.md from the code: python docs/measures.py."""

from __future__ import annotations

import os
import re
import sys
from importlib import import_module
from pathlib import Path

import django

_PARTS = ("kpis", "troubles")
ROOT = Path(__file__).parent.parent
PAGES = (ROOT / "docs/concepts/kpis.md", ROOT / "docs/concepts/troubles.md")
_MARKS = "<!-- from the code: python docs/measures.py -->", "<!-- end -->"


def tables() -> tuple[str, str]:
    """The table of KPIs and that of detectors, as Markdown; Django is set up."""
    found = (import_module(f"tellonce.hub.insight.{name}.registry") for name in _PARTS)
    measured, known = found
    kpis = ["| name | says | formula | target | looks back |", "|---|---|---|---|---|"]
    for kpi in measured.KPIS:
        least = "at least" if kpi.better == "more" else "at most"
        back = f"{kpi.days} days" if kpi.days else "at what is held now"
        wanted = f"{least} {kpi.target:g} ({kpi.unit})"
        kpis.append(f"| `{kpi.name}` | {kpi.definition} | {kpi.formula} | {wanted} | {back} |")
    detectors = ["| kind | trouble | how it is told from what is usual |", "|---|---|---|"]
    detectors += [f"| `{one.name}` | {one.title} | {one.tells} |" for one in known.DETECTORS]
    return "\n".join(kpis), "\n".join(detectors)


def page_with(page: str, table: str) -> str:
    """A page with the table between its marks."""
    begin, end = (re.escape(mark) for mark in _MARKS)
    inner = f"{_MARKS[0]}\n{table}\n{_MARKS[1]}"
    return re.sub(f"{begin}.*?{end}", lambda _: inner, page, count=1, flags=re.DOTALL)


def main() -> None:
    """Write both pages."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tellonce.hub.settings")
    django.setup()
    for path, table in zip(PAGES, tables(), strict=True):
        path.write_text(page_with(path.read_text(encoding="utf-8"), table), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
