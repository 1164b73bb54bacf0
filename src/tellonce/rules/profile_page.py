"""A profile as one HTML page that stands alone: small charts as SVG, no script, light and dark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from tellonce.rules.drift import Drift
from tellonce.rules.profile_types import MEDIAN, FieldProfile, Profile

SHOWN = 5  # formats, and values, of a field
_WIDE, _HIGH = 160, 36
_STYLE = """
:root { color-scheme: light dark; --text: #1c2430; --quiet: #5b6675; --line: #d8dee6;
  --ground: #ffffff; --bar: #2b6cb0; --faint: #e6ecf3; --odd: #c2560c; }
@media (prefers-color-scheme: dark) { :root { --text: #e8ecf1; --quiet: #a3aebc; --line: #333c48;
  --ground: #14181f; --bar: #63a4e8; --faint: #232b36; --odd: #f0914e; } }
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; color: var(--text);
  background: var(--ground); font: 15px/1.45 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { font-size: 1.4rem; margin: 0 0 .2rem; } h2 { font-size: 1.05rem; margin: 0; }
p { margin: .2rem 0; } .quiet { color: var(--quiet); } .odd { color: var(--odd); }
article { border-top: 1px solid var(--line); padding: 1rem 0; display: grid; gap: .3rem 2rem;
  grid-template-columns: minmax(12rem, 1fr) minmax(11rem, 1fr) minmax(14rem, 1.2fr); }
@media (max-width: 50rem) { article { grid-template-columns: 1fr; } }
table { border-collapse: collapse; font-size: .87rem; }
td { padding: .05rem .6rem .05rem 0; vertical-align: middle; overflow-wrap: anywhere; }
td.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
code { font: .92em ui-monospace, "SF Mono", Consolas, monospace; white-space: pre-wrap; }
.bar { fill: var(--bar); } .rest { fill: var(--faint); }
ul { margin: .2rem 0; padding-left: 1.2rem; }
"""


def profile_page(profile: Profile, changes: Sequence[Drift] = ()) -> str:
    """The page. What `changes` say stands above the fields."""
    title = escape(f"Profile of {profile.name}")
    parts = [
        "<!doctype html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{title}</title>',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<style>{_STYLE}</style></head><body>",
        f"<h1>{title}</h1>",
        f'<p class="quiet">{profile.rows:,} rows, {len(profile.fields)} fields.</p>',
    ]
    if changes:
        told = "".join(f"<li>{escape(one.sentence)}</li>" for one in changes)
        parts.append(f"<h2>What changed</h2><ul>{told}</ul>")
    parts += [_field(field) for field in profile.fields]
    parts.append("</body></html>\n")
    return "\n".join(parts)


def _field(field: FieldProfile) -> str:
    return (
        f"<article>\n<section>{''.join(_facts(field))}</section>\n"
        f"<section>{_formats(field)}</section>\n<section>{_values(field)}</section>\n</article>"
    )


def _facts(field: FieldProfile) -> Iterator[str]:
    yield f"<h2>{escape(field.field)}</h2>"
    yield f'<p class="quiet">{escape(recognised_words(field))}</p>'
    yield f"<p>{share_bar(field.fill)} {field.fill:.1%} filled</p>"
    if field.filled:
        yield f"<p>{escape(different_words(field))}</p>"
    for sentence in doubts(field):
        yield f'<p class="odd">{escape(sentence)}</p>'


def recognised_words(field: FieldProfile) -> str:
    """What the field was taken for and what it holds."""
    known = (field.attribute or "").removeprefix("other:").replace("_", " ")
    kind = {"number": "numbers", "date": "dates", "empty": "nothing"}.get(field.kind, "text")
    return f"{known}, {kind}" if known else kind


def different_words(field: FieldProfile) -> str:
    """How many different values there are, and how long they are."""
    about = "" if field.distinct_exact else "about "
    number = f"{about}{field.distinct:,} different"
    if field.distinct == field.filled and field.distinct_exact:
        number = "all different" if field.filled > 1 else "one value"
    if field.lengths is None:
        return number
    low, high = field.lengths.low, field.lengths.high
    signs = f"{low} to {high} signs" if low < high else f"{low} sign{'' if low == 1 else 's'}"
    return f"{number}, {signs}"


def doubts(field: FieldProfile) -> Iterator[str]:
    """What stands out in a field, a sentence each."""
    if field.padded:
        yield f"{_rows(field.padded)} blanks at an end of the value."
    nothing = sum(one.rows for one in field.placeholders)
    if nothing:
        yield f"{_rows(nothing)} a value that stands for nothing known."
    yield from (one.sentence for one in field.outliers)


def _rows(rows: int) -> str:
    return "1 row has" if rows == 1 else f"{rows:,} rows have"


def _formats(field: FieldProfile) -> str:
    if not field.formats:
        return ""
    rows = [_counted(f"<code>{escape(one.text)}</code>", one.rows, field.filled)
            for one in field.formats[:SHOWN]]  # fmt: skip
    further = field.formats_distinct - SHOWN
    more = f'<p class="quiet">and {further:,} more formats</p>' if further > 0 else ""
    return f"<table>{''.join(rows)}</table>{more}"


def _values(field: FieldProfile) -> str:
    found = field.range
    if found is not None and len(found.bars) > 1:
        ends = f"{found.low or '…'} to {found.high or '…'}, half up to {found.quantiles[MEDIAN]}"
        return f'{_histogram(field)}<p class="quiet">{escape(ends)}</p>'
    if not field.top:
        return ""
    if field.distinct == field.filled and field.filled > 1:
        return ""
    rows = [_counted(escape(one.text[:60]), one.rows, field.filled) for one in field.top[:SHOWN]]
    further = field.distinct - len(rows)
    more = f'<p class="quiet">and {further:,} more values</p>' if further > 0 else ""
    return f"<table>{''.join(rows)}</table>{more}"


def _counted(what: str, rows: int, filled: int) -> str:
    share = rows / filled
    return f'<tr><td>{what}</td><td>{share_bar(share, 60)}</td><td class="n">{rows:,}</td></tr>'


def share_bar(share: float, width: int = 100) -> str:
    """A share as a small bar."""
    full = f'<rect class="rest" width="{width}" height="9" rx="2"/>'
    part = f'<rect class="bar" width="{width * share:.1f}" height="9" rx="2"/>'
    label = f'role="img" aria-label="{share:.1%}"'
    return f'<svg width="{width}" height="9" viewBox="0 0 {width} 9" {label}>{full}{part}</svg>'


def _histogram(field: FieldProfile) -> str:
    bars = field.range.bars if field.range else ()
    most = max(bar.rows for bar in bars)
    step = _WIDE / len(bars)
    parts = []
    for n, bar in enumerate(bars):
        tall = _HIGH * bar.rows / most
        span = bar.low if bar.low == bar.high else f"{bar.low} to {bar.high}"
        parts.append(
            f'<rect class="bar" x="{n * step:.1f}" y="{_HIGH - tall:.1f}" width="{step - 1:.1f}"'
            f' height="{tall:.1f}"><title>{escape(span)}: {bar.rows:,}</title></rect>'
        )
    label = escape(f"How often which {recognised_words(field)}", quote=True)
    return (
        f'<svg width="{_WIDE}" height="{_HIGH}" viewBox="0 0 {_WIDE} {_HIGH}" role="img"'
        f' aria-label="{label}">{"".join(parts)}</svg>'
    )
