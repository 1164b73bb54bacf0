"""Scoring alone, of heavy blocks: the same rows, the same blocks, CPU seconds.

    python -m bench.heavy ROWS BLOCK FILE...

Rows are dealt into blocks of BLOCK rows, so ROWS x (BLOCK - 1) / 2 pairs are compared, and kept
from the probability on from which the pipeline does. Prints one JSON document: pairs, and CPU and
wall seconds of the scoring, all threads. Splink's half is `bench/splink_rules.py scoring` in the
peers' own environment.
"""

from __future__ import annotations

import json
import os
import sys
import time

import numpy as np
import pyarrow as pa

from tellonce import resolution
from tellonce.engine import pipeline, standardise
from tellonce.engine.coded import coded
from tellonce.engine.model.hashing import FILE_HASH_KEY
from tellonce.engine.score.encode import encode_coded
from tellonce.engine.score.priors import shipped
from tellonce.engine.score.scoring import score
from tellonce.engine.settings import SPELLING
from tellonce.engine.tables import KEYS


def dealt(rows: int, block: int) -> pa.Table:
    """KEYS of `rows` rows in blocks of `block`, under the key kind that comes first."""
    key = np.arange(rows, dtype=np.int64) % max(rows // block, 1)
    order = np.argsort(key, kind="stable")
    columns = [order.astype(np.int32), np.zeros(rows, np.int16), key[order]]
    return pa.Table.from_arrays([pa.array(column) for column in columns], schema=KEYS)


def main(given: list[str]) -> None:
    """Read, standardise and encode the files, then score and count what that took."""
    rows, block, files = int(given[0]), int(given[1]), given[2:]
    pipeline.rehearse()
    sources = dict(named.split("=", 1) for named in files)
    records = resolution.standardised(sources).records.slice(0, rows)
    comparable = standardise.comparable(records, standardise.StandardiseParams())
    model = shipped(records.num_rows)
    encoded, _values = encode_coded(coded(comparable), model, SPELLING, FILE_HASH_KEY)
    keys = dealt(records.num_rows, block)
    wall, cpu = time.perf_counter(), time.process_time()
    least, threads = pipeline.LEAST_LIKELY, os.cpu_count() or 1
    _edges, pairs = score(encoded, keys, model, least, threads=threads)
    spent = {"cpu": time.process_time() - cpu, "seconds": time.perf_counter() - wall}
    print(json.dumps({"pairs": pairs, **spent}))


if __name__ == "__main__":
    main(sys.argv[1:])
