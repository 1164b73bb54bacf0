"""A snapshot in the terminal, readable from 80 columns up."""

from __future__ import annotations

from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

_WIDE = frozenset({"Value", "What", "Details", "Reference"})


def print_page(page: Any, console: Console | None = None) -> None:
    """Print a laid-out snapshot (`snapshots.reading.Page`) on stdout."""
    console = console or Console(highlight=False, emoji=False, markup=False)
    console.print()
    console.print(Text(page.name, style="bold"))
    facts = Table.grid(padding=(0, 2))
    facts.add_column(style="dim", no_wrap=True)
    facts.add_column(overflow="fold")
    for label, fact in page.facts:
        facts.add_row(label, fact)
    console.print(facts)
    for section in page.sections:
        if section.table is not None:
            _print_section(section, console)
    console.print()
    for section in page.sections:
        if section.table is None:
            console.print(Text(f"{section.name}: {section.note}", style="dim"))
    console.print()
    console.print(Text(f"Policy: {page.masking}.", style="dim"))


def _print_section(section: Any, console: Console) -> None:
    console.print()
    heading = Text(section.name, style="bold cyan")
    console.print(heading.append(f"  {section.note}", style="not bold dim"))
    table = Table(
        box=SIMPLE_HEAD,
        padding=(0, 1, 0, 0),
        pad_edge=False,
        header_style="dim",
        show_edge=False,
    )
    for column in section.table.columns:
        table.add_column(
            column,
            justify="right" if column in section.table.right else "left",
            no_wrap=column not in _WIDE,
            overflow="fold",
        )
    for row in section.table.rows:
        table.add_row(*map(Text, row))
    console.print(table)
    if section.more:
        console.print(Text(section.more, style="dim"))
