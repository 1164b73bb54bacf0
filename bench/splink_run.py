"""Splink 5 at its best on one set; runs in the peers' own environment, .venv-bench.

    python bench/splink_run.py choose SET CHOICE.json TRUTH.parquet NAME=FILE...
    python bench/splink_run.py link SET PLAN WEIGHT OUT.parquet TRUTH.parquet NAME=FILE...

`choose` tries every plan of the set (bench/splink_settings) at every threshold, and writes those
that are best by pairwise F1: for `splink` among plans trained without labels, for `splink_taught`
among those with m from the labels. `link` is what is measured: one plan at one threshold, files in
to customers out. TRUTH is the table of `bench.sets.truth`.
"""

from __future__ import annotations

import json
import logging
import sys
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from peers import read, write_customers
from splink import Linker, SettingsCreator
from splink.backends.duckdb import DuckDBAPI
from splink_settings import plans_for
from splink_settings.plan import Plan
from threshold import Best, best_threshold

MEMORY = "4GB"
LOWEST = -25.0  # match weight from which on pairs are looked at for the best threshold
SAMPLE = 5e6  # random pairs for u


@dataclass(frozen=True)
class Trained:
    """A trained linker over the rows of a set, and its database."""

    linker: Linker
    database: duckdb.DuckDBPyConnection


def trained(plan: Plan, table: pa.Table, truth: pa.Table) -> Trained:
    """Clean `table` as the plan says and train; the truth is used by supervised plans only."""
    database = duckdb.connect(config={"memory_limit": MEMORY})
    database.register("rows", numbered(table, truth))
    columns = ", ".join(f'{expression} AS "{name}"' for name, expression in plan.columns.items())
    order = f"source <> '{plan.first}', " if plan.first else ""
    database.execute(
        f"CREATE TABLE cleaned AS SELECT row_number() OVER (ORDER BY {order}place) AS unique_id, "
        f"place, truth, {columns} FROM rows"
    )
    linker = Linker(DuckDBAPI(database).register("cleaned"), settings(plan), log_level=40)
    train(linker, plan)
    return Trained(linker, database)


def numbered(table: pa.Table, truth: pa.Table) -> pa.Table:
    """The rows with their `place` and their `truth`, null in a set of pairs."""
    known = truth["truth"] if "truth" in truth.column_names else pa.nulls(len(table), pa.int64())
    return table.append_column("place", pa.array(range(len(table)))).append_column("truth", known)


def settings(plan: Plan) -> SettingsCreator:
    """The plan in Splink's words."""
    prior = {} if plan.prior is None else {"probability_two_random_records_match": plan.prior}
    return SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=list(plan.blocking),
        comparisons=list(plan.comparisons),
        additional_columns_to_retain=["place", "truth"],
        retain_matching_columns=False,
        **prior,
    )


def train(linker: Linker, plan: Plan) -> None:
    """Prior, u and m of a linker, as the plan says."""
    training = linker.training
    if plan.prior is None:
        training.estimate_probability_two_random_records_match(plan.certain, recall=plan.recall)
    training.estimate_u_using_random_sampling(max_pairs=SAMPLE, seed=1)
    if plan.supervised:
        training.estimate_m_from_label_column("truth")
        return
    for rule in plan.training:
        training.estimate_parameters_using_expectation_maximisation(rule)


def weighed_pairs(done: Trained) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The places of both records of each pair above `LOWEST`, and its match weight."""
    found = done.linker.inference.predict(threshold_match_weight=LOWEST)
    pairs = done.database.sql(
        f"SELECT place_l, place_r, match_weight FROM {found.physical_name}"
    ).to_arrow_table()
    return tuple(pairs[name].to_numpy() for name in ("place_l", "place_r", "match_weight"))


def candidates(labelled: str, table: pa.Table, truth: pa.Table) -> list[Plan]:
    """Every plan of a set; with labels for all records, each also with m from the labels."""
    plans = plans_for(labelled, table.column_names)
    if "truth" not in truth.column_names:
        return list(plans)
    taught = {(p.blocking, p.comparisons): p.with_labels() for p in reversed(plans)}
    return [*plans, *taught.values()]


def choose(labelled: str, choice: str, truth_file: str, *files: str) -> None:
    """Write for each way of training its best plan and threshold, and what else was tried."""
    table, truth = read(list(files)), pq.read_table(truth_file)
    tried: dict[str, list[tuple[str, Best]]] = {"splink": [], "splink_taught": []}
    for plan in candidates(labelled, table, truth):
        try:
            best = best_threshold(*weighed_pairs(trained(plan, table, truth)), truth)
        except Exception as error:  # training can fail on few rows; then the plan is not one
            print(f"{plan.name}: {str(error).strip().splitlines()[-1]}", file=sys.stderr)
            continue
        tried["splink_taught" if plan.supervised else "splink"].append((plan.name, best))
    report = {}
    for way, plans in tried.items():
        if plans:
            name, best = max(plans, key=lambda found: found[1].f1)
            others = {name: round(best.f1, 4) for name, best in plans}
            report[way] = {"plan": name, "weight": best.weight, "tried": others}
    Path(choice).write_text(json.dumps(report, indent=1))


def link(labelled: str, name: str, weight: str, *rest: str) -> None:
    """Train the plan `name` and write its customers at the threshold `weight`."""
    out, truth_file, *files = rest
    table, truth = read(list(files)), pq.read_table(truth_file)
    plan = next(p for p in candidates(labelled, table, truth) if p.name == name)
    done = trained(plan, table, truth)
    edges = done.linker.inference.predict(threshold_match_weight=float(weight))
    found = done.linker.clustering.cluster_pairwise_predictions_at_threshold(
        edges, threshold_match_weight=float(weight)
    )
    rows = done.database.execute(
        f"SELECT place, dense_rank() OVER (ORDER BY cluster_id) FROM {found.physical_name}"
    ).fetchall()
    customer = dict(rows)
    write_customers(table, [customer[place] for place in range(len(table))], out)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    {"choose": choose, "link": link}[sys.argv[1]](*sys.argv[2:])
