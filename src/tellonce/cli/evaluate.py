"""`tellonce evaluate`: how good a result is, compared with the truth."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import pyarrow as pa
import pyarrow.compute as pc
import typer

from tellonce.cli.output import print_json, print_table
from tellonce.engine.evaluate import Evaluation, Scores
from tellonce.engine.evaluate import evaluate as scores_of
from tellonce.io.errors import BadSetting, DuplicateIds
from tellonce.io.read import read_file


def evaluate(
    result: Annotated[Path, typer.Argument(metavar="OUT.parquet", help="From tellonce resolve.")],
    truth: Annotated[Path, typer.Option(metavar="FILE", help="File with the true customers.")],
    on: Annotated[str, typer.Option(metavar="COL", help="Its column of record ids.")],
    column: Annotated[str, typer.Option(help="Its column of true customers.")] = "cluster",
    json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Compare a result with the truth, pairwise and B-cubed.

    COL of the truth file is joined to record_id, and source to source where both have it. Records
    without truth are left out.
    """
    found = read_file(result).table
    _require(found, ("record_id", "customer_id"), result)
    joined = labelled(found, read_file(truth).table, on=on, column=column, truth=truth)
    scores = scores_of(joined["customer_id"], joined["truth"])
    if json:
        print_json(asdict(scores))
    else:
        print_table(_human(scores))


def labelled(found: pa.Table, true: pa.Table, *, on: str, column: str, truth: Path) -> pa.Table:
    """The records of a result that have a truth: customer_id, truth.

    Raises BadSetting where columns are missing or nothing joins, DuplicateIds where the truth names
    a record twice.
    """
    _require(true, (on, column), truth)
    by_source = "source" in found.column_names and "source" in true.column_names
    by_source = by_source and on != "source"
    keys = ["record_id", "source"] if by_source else ["record_id"]
    labels = pa.table({"record_id": true[on], "truth": true[column]})
    if by_source:
        labels = labels.append_column("source", true["source"])
    labels = labels.filter(pc.is_valid(labels["truth"]))
    counts = labels.group_by(keys).aggregate([([], "count_all")])
    double = counts.filter(pc.greater(counts["count_all"], 1))
    if double.num_rows:
        raise DuplicateIds(
            f"{truth} has the record {double['record_id'][0].as_py()!r} twice or more in {on!r}.",
            "Give the column with the ids that OUT.parquet has as record_id.",
        )
    joined = found.select([*keys, "customer_id"]).join(labels, keys, join_type="inner")
    if not joined.num_rows:
        raise BadSetting(
            f"No {on!r} of {truth} is a record_id of the result.",
            "Give the column with the ids that OUT.parquet has as record_id.",
        )
    return joined


def _require(table: pa.Table, columns: tuple[str, ...], path: Path) -> None:
    for name in columns:
        if name not in table.column_names:
            raise BadSetting(
                f"{path} has no column {name!r}.", f"It has {', '.join(table.column_names)}."
            )


def _human(found: Evaluation) -> list[tuple[str, str]]:
    return [
        ("records", f"{found.records:,}"),
        ("customers", f"{found.clusters:,} found, {found.entities:,} true"),
        ("pairs", f"{found.predicted_pairs:,} found, {found.true_pairs:,} true, "
                  f"{found.correct_pairs:,} in both"),
        ("pairwise", _scores(found.pairwise)),
        ("B-cubed", _scores(found.b_cubed)),
    ]  # fmt: skip


def _scores(scores: Scores) -> str:
    return f"precision {scores.precision:.4f}   recall {scores.recall:.4f}   F1 {scores.f1:.4f}"
