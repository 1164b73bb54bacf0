"""The peers' figures as the page has them, for a run that has no result of theirs.

A peer takes hours, and what it makes of a set changes only with its version, its settings or the
data. Where no result is kept on this machine, its part of the page stays, with the commit it was
measured at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bench.comparison import TITLES

MEASURED = "Measured at commit "
_COMMIT = re.compile(r"^Commit (\S+)\. ", re.MULTILINE)


@dataclass(frozen=True)
class Part:
    """The part of the page about one peer: its text, with the commit, and pairwise F1 by set."""

    text: str
    f1: dict[str, float]


def parts(page: str) -> dict[str, Part]:
    """The parts of a page of results, by peer; peers that it does not show are left out."""
    commit = _COMMIT.search(page)
    found = {}
    for peer, title in TITLES.items():
        text = _section(page, title)
        if peer == "tellonce" or not text:
            continue
        if MEASURED not in text and commit:
            text = f"{MEASURED}{commit[1]}.\n\n{text}"
        found[peer] = Part(text, _figures(text))
    return found


def _section(page: str, title: str) -> str:
    """What stands under a heading, up to the next one or to the line of floors."""
    match = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |^Floors of F1|\Z)", page, re.M | re.S)
    return match[1].strip() if match else ""


def _figures(text: str) -> dict[str, float]:
    """Pairwise F1 by set, from the first table of a part."""
    table = re.search(r"(?:^\|.*\n?)+", text, re.MULTILINE)
    lines = table[0].splitlines() if table else []
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in lines]
    if not rows or "F1" not in rows[0]:
        return {}
    at = rows[0].index("F1")
    return {row[0]: float(row[at]) for row in rows[2:]}
