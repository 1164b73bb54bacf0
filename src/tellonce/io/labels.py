"""A file or frame of labelled pairs: two records a row, and whether they are one customer.

Headers are taken generously: `left_source, left_id, right_source, right_id, verdict` are those that
`tellonce ask` writes; others that mean the same are listed below. A record may also be named in one
column, as SOURCE:ID; with one source its name may be left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from tellonce.engine.tables import DECISIONS
from tellonce.io.errors import BadSetting
from tellonce.io.frames import arrow_table
from tellonce.io.read import read_file, read_frame

SIDES = {"left": ("left", "l", "1", "a"), "right": ("right", "r", "2", "b")}
SOURCE = ("source", "source_dataset", "dataset", "system", "file")
ID = ("id", "record_id", "unique_id", "record", "rec_id", "key", "")
VERDICT = (
    *("verdict", "label", "same", "match", "is_match", "matched", "decision", "answer"),
    *("duplicate", "is_duplicate", "clerical_match_score", "same_customer", "linked"),
)
SAME = {"same", "1", "1.0", "yes", "y", "true", "t", "match", "matched", "duplicate", "linked", "m"}
DIFFERENT = {"different", "0", "0.0", "no", "n", "false", "f", "distinct", "u", "unmatched"}
DIFFERENT |= {"non_match", "no_match", "not_same", "nonmatch", "differ", "different_customer"}
UNDECIDED = {"", "unsure", "unknown", "undecided", "maybe", "skip", "none", "null", "na", "nan"}

RecordName = tuple[str, str]


@dataclass(frozen=True)
class Label:
    """What a person says of two records, each named (source, record id)."""

    left: RecordName
    right: RecordName
    same: bool


@dataclass(frozen=True)
class Labels:
    """The labels in the order they were given, and how many rows were left undecided."""

    decided: tuple[Label, ...]
    undecided: int


def read_labels(given: Any, sources: Collection[str]) -> Labels:
    """The labels of a file, or of a frame of pandas, Polars, DuckDB or Arrow, about `sources`.

    An empty or unsure verdict is counted and left out. Raises BadSetting where a column is missing
    or a row cannot be understood, and the errors of reading a file.
    """
    if isinstance(given, str | Path):
        contents, name = read_file(given), Path(given).name
    else:
        contents, name = read_frame(arrow_table(given, "labels"), "labels"), "The table of labels"
    if contents.rejects:
        reject = contents.rejects[0]
        raise BadSetting(
            f"Line {reject.line} of {name} cannot be read: {reject.reason}.",
            "Mend or remove it; a label that is lost would not be noticed.",
        )
    columns = _columns(contents.table, name)
    decided, undecided = [], 0
    for row, values in zip(contents.rows.to_pylist(), _rows(contents.table, columns), strict=True):
        verdict = _verdict(values["verdict"], row, name)
        if verdict is None:
            undecided += 1
            continue
        ends = [_record(values, side, sources, name) for side in SIDES]
        if ends[0] == ends[1]:
            raise BadSetting(
                f"Row {row + 1} of {name} names one record on both sides.",
                "Name two, or remove it.",
            )
        decided.append(Label(ends[0], ends[1], verdict))
    return Labels(tuple(decided), undecided)


def _columns(table: pa.Table, name: str) -> dict[str, str]:
    """Which column is what: verdict, left_id, right_id, and left_source, right_source if there."""
    plain = {_plain(header): header for header in reversed(table.column_names)}
    found = {"verdict": next((plain[word] for word in VERDICT if word in plain), None)}
    for side, words in SIDES.items():
        for part, kinds in (("source", SOURCE), ("id", ID)):
            spelt = [form for kind in kinds for word in words for form in _spellings(kind, word)]
            found[f"{side}_{part}"] = next((plain[s] for s in spelt if s in plain), None)
    for needed in ("left_id", "right_id", "verdict"):
        if found[needed] is None:
            raise BadSetting(
                f"{name} has no column {needed!r}, nor one that means the same.",
                "Labels have left_source, left_id, right_source, right_id, verdict; here are "
                f"{', '.join(table.column_names)}.",
            )
    return {what: header for what, header in found.items() if header is not None}


def _spellings(kind: str, side: str) -> tuple[str, ...]:
    return (f"{side}_{kind}", f"{kind}_{side}", f"{kind}{side}") if kind else (side,)


def _plain(header: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", header.lower()).strip("_")


def _rows(table: pa.Table, columns: dict[str, str]) -> list[dict[str, str]]:
    texts = {what: table[header].to_pylist() for what, header in columns.items()}
    return [
        {what: (values[row] or "").strip() for what, values in texts.items()}
        for row in range(table.num_rows)
    ]


def _verdict(text: str, row: int, name: str) -> bool | None:
    word = text.lower() if re.fullmatch(r"[\d.]+", text) else _plain(text)
    if word in UNDECIDED:
        return None
    if word in SAME or word in DIFFERENT:
        return word in SAME
    raise BadSetting(
        f"The verdict {text!r} in row {row + 1} of {name} is not understood.",
        "Write same or different (or 1 and 0, yes and no), or leave it empty.",
    )


def _record(values: dict[str, str], side: str, sources: Collection[str], name: str) -> RecordName:
    record_id, source = values[f"{side}_id"], values.get(f"{side}_source", "")
    if source:
        return source, record_id
    before, colon, after = record_id.partition(":")
    if colon and before in sources:
        return before, after
    if len(sources) == 1:
        return next(iter(sources)), record_id
    raise BadSetting(
        f"{name} does not say which source {record_id!r} is of.",
        f"Give columns left_source and right_source, or write SOURCE:ID; sources are "
        f"{', '.join(sources)}.",
    )


@dataclass(frozen=True)
class Taken:
    """Labels about records that are there, as DECISIONS by row of RECORDS in canonical order, and
    what is to be said: rows `undecided`, and the records that were `unknown`.
    """

    decisions: pa.Table
    undecided: int
    unknown: tuple[RecordName, ...]
    unusable: int  # labels that name one of them

    def counts(self) -> dict[str, int]:
        """How many labels say what, and how many say nothing."""
        verdicts = self.decisions["verdict"].to_pylist()
        return {
            "same": verdicts.count("same"),
            "different": verdicts.count("different"),
            "undecided": self.undecided,
            "unknown": self.unusable,
        }

    def sentence(self) -> str:
        """What was read, for a person."""
        count = self.counts()
        said = f"labels: {count['same']} same, {count['different']} different"
        if self.undecided:
            said += f", {self.undecided} left undecided"
        if self.unusable:
            source, record_id = self.unknown[0]
            said += f"; {self.unusable} left out, about records that are not here, such as "
            said += f"{source}:{record_id}"
        return said


def taken(labels: Labels, records: pa.Table) -> Taken:
    """The labels by row of RECORDS, which are in canonical order."""
    names = zip(records["source"].to_pylist(), records["record_id"].to_pylist(), strict=True)
    wanted = {end for label in labels.decided for end in (label.left, label.right)}
    row = {name: at for at, name in enumerate(names) if name in wanted}
    usable = [label for label in labels.decided if label.left in row and label.right in row]
    rows = [
        {
            "left": row[label.left],
            "right": row[label.right],
            "verdict": "same" if label.same else "different",
        }
        for label in usable
    ]
    return Taken(
        pa.Table.from_pylist(rows, schema=DECISIONS),
        labels.undecided,
        tuple(sorted(wanted - set(row))),
        len(labels.decided) - len(usable),
    )
