"""Training without labels: expectation-maximisation on counts of comparison patterns.

A pair belongs to one of four classes: the same customer (m), strangers (u), relatives (r): others
who share a household, a contact or a site, or branches (b): other sites of one organisation.
Candidate pairs tell m and the shares, random pairs tell u. r and b are shipped, but follow m in how
a value that relatives share is spelt, and what branches have in common is learnt. Each comparison's
m is learnt only from pairs that some key kind proposed without blocking on it. All estimates are
pulled towards the shipped priors (MAP), so that 50 records give a sane model. Fellegi and Sunter
1969; Winkler 1988 for the use of EM.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tellonce.engine.coded import Coded, coded
from tellonce.engine.model.document import ScoreModel
from tellonce.engine.model.spelling import Spelling
from tellonce.engine.score import frequencies as counted
from tellonce.engine.score.arrays import Blocks, Encoded
from tellonce.engine.score.blocks import blocks, in_threads, listed, pieces
from tellonce.engine.score.comparisons import (
    ADDRESS,
    BIRTH_DATE,
    COMPARISONS,
    EMAIL,
    FAMILY,
    GIVEN,
    IDENTIFIER,
    MAX_LEVELS,
    ORGANISATION,
    PHONE,
    unpacked,
)
from tellonce.engine.score.encode import encode_coded
from tellonce.engine.score.kernels import shared_kinds
from tellonce.engine.score.limits import Limits, limited_m, limited_u, limits_of
from tellonce.engine.score.lines import rows_of
from tellonce.engine.score.priors import (
    LEARNT_OF_BRANCHES,
    LEARNT_OF_RELATIVES,
    NO_BRANCHES,
    NO_RELATIVES,
    SHARED_BY_BRANCHES,
    SHARED_BY_RELATIVES,
    SHIPPED_A_RECORD,
    UNKNOWN_WORTH,
    shipped,
)
from tellonce.engine.score.relatives import learnt, shares, sharing
from tellonce.engine.score.scoring import compared
from tellonce.engine.score.weights import weights

Floats = npt.NDArray[np.float64]
Longs = npt.NDArray[np.int64]
PIECE = 50_000  # random pairs compared at a time
SAMPLE = 600_000  # candidate pairs, and random pairs, that training looks at
ROUNDS = 30  # at most
SETTLED = 5e-4
PULL_M, PULL_U, PULL_R, PULL_B = 30.0, 300.0, 100.0, 300.0  # pairs the shipped priors are worth
PULL_SHARE, MOST_PULL = 0.05, 20.0  # of a record, and pairs at most, that a shipped share is worth
TELLING = ("names", "organisations", "emails", "phones", "identifiers")
NAMED = [IDENTIFIER, EMAIL, PHONE, GIVEN, FAMILY, ORGANISATION]  # what a survey has none of
EXACT = [*NAMED, BIRTH_DATE, ADDRESS]
LEAST_EXACT = (
    0.1  # of matches that agree exactly on one of these; .44 and more on all sets measured
)
FEW_MATCHES = 20.0  # below which a share of them says little
MOST_UNSEEN = 1.0  # as many as were proposed: more cannot be told from so few


@dataclass(frozen=True)
class Patterns:
    """Distinct patterns as rows of levels, with the number of pairs of each.

    `kinds` is a bit mask of the key kinds each shares (0 for random pairs); `every` how many pairs
    one stands for.
    """

    levels: npt.NDArray[np.int64]
    counts: Floats
    kinds: Longs
    every: float


def train(
    table: pa.Table,
    keys: pa.Table,
    blocks_on: Sequence[frozenset[str]],
    *,
    spelling: Spelling,
    hash_key: bytes,
    seed: int,
    threads: int = 1,
    unique: frozenset[str] = frozenset(),
) -> ScoreModel:
    """A model for a COMPARABLE table and its KEYS.

    `blocks_on[k]` names the comparisons that key kind k blocks on. Pairs within a source of
    `unique`, which has no duplicates of its own, teach nothing about matches. The same table, keys
    and seed give the same model on any number of threads.
    """
    records = coded(table)
    start = untrained(records, hash_key)
    encoded, _values = encode_coded(records, start, spelling, hash_key, unique)
    return trained(start, encoded, blocks(keys, table.num_rows), blocks_on, seed, threads=threads)


def trained(
    start: ScoreModel,
    encoded: Encoded,
    found: Blocks,
    blocks_on: Sequence[frozenset[str]],
    seed: int,
    *,
    threads: int = 1,
) -> ScoreModel:
    """The model that an `untrained` one becomes on records encoded under it, and their blocks."""
    rows = rows_of(encoded)
    candidates = _candidates(encoded, start, found, threads)
    strangers = _random(encoded, start, rows, seed, threads)
    return maximised(start, candidates, strangers, blocks_on, rows)


def untrained(records: Coded, hash_key: bytes) -> ScoreModel:
    """The shipped probabilities with what is counted over all records: rare and shared values."""
    table = records.table
    others = counted.comparable_others(records)
    shares, default = counted.frequencies(records, others)
    start = shipped(table.num_rows, others)
    sites = _any(records, "organisations") and _any(records, "addresses")  # people have relatives
    persons = _any(records, "names", "organisations") or table["birth_year"].null_count < len(table)
    return replace(
        start,
        relatives=start.relatives if persons else NO_RELATIVES,
        branches=start.branches if sites else NO_BRANCHES,
        others_worth=UNKNOWN_WORTH if _any(records, "names", "organisations") else 1.0,
        unique=() if _any(records, *TELLING) else _several_sources(table),
        frequencies=shares,
        default=default,
        shared=counted.shared_contacts(records, hash_key),
        weak_days=counted.weak_days(table),
    )


def _any(records: Coded, *columns: str) -> bool:
    """Whether some record has a value in one of these list columns."""
    return any(records.entries[column].offsets[-1] > 0 for column in columns)


def _several_sources(table: pa.Table) -> tuple[str, ...]:
    """The names of the sources, if there are two or more.

    Of records of categories alone two of one source that agree in all are two people alike, and no
    one can say otherwise: customers are then looked for across sources only.
    """
    names = pc.unique(table["source"]).drop_null().to_pylist()
    return tuple(sorted(names)) if len(names) > 1 else ()


def _candidates(encoded: Encoded, model: ScoreModel, found: Blocks, threads: int) -> Patterns:
    size = np.diff(found.off)
    every = max(1, int((size * (size - 1) // 2).sum()) // SAMPLE)
    all_pairs = weights(model, encoded, None)

    def work(part: tuple[int, int]) -> tuple[Longs, Longs]:
        patterns, kinds = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
        for left, right, _kind in listed(found, encoded, part, every=every):
            patterns.append(compared(encoded, all_pairs, left, right)[1])
            kinds.append(np.empty(len(left), np.int64))
            shared_kinds(found, left, right, kinds[-1])
        return np.concatenate(patterns), np.concatenate(kinds)

    parts = list(in_threads(work, pieces(found), threads, lambda _done, _of: None))
    if not parts:
        return _patterns(np.zeros(0, np.int64), np.zeros(0, np.int64), 1.0)
    patterns, kinds = (np.concatenate(part) for part in zip(*parts, strict=True))
    return _patterns(patterns, kinds, float(every))


def _random(encoded: Encoded, model: ScoreModel, rows: int, seed: int, threads: int) -> Patterns:
    """Patterns of random pairs; of all pairs where there are not more than SAMPLE."""
    pairs = rows * (rows - 1) // 2
    if pairs <= SAMPLE:
        left, right = (a.astype(np.int32) for a in np.triu_indices(rows, 1))
    else:
        generator = np.random.Generator(np.random.PCG64(seed))
        left = generator.integers(0, rows, SAMPLE, dtype=np.int32)
        right = generator.integers(0, rows - 1, SAMPLE, dtype=np.int32)
        right += (right >= left).astype(np.int32)
    all_pairs = weights(model, encoded, None)

    def work(part: tuple[int, int]) -> Longs:
        own = slice(*part)
        return np.asarray(compared(encoded, all_pairs, left[own], right[own])[1])

    cuts = [*range(0, len(left), PIECE), len(left)]
    parts = in_threads(work, list(pairwise(cuts)), threads, lambda _done, _of: None)
    patterns = np.concatenate([np.zeros(0, np.int64), *parts])
    return _patterns(patterns, np.zeros(len(patterns), np.int64), pairs / max(len(patterns), 1))


def _patterns(patterns: Longs, kinds: Longs, every: float) -> Patterns:
    order = np.lexsort((kinds, patterns))
    patterns, kinds = patterns[order], kinds[order]
    new = np.ones(len(order), np.bool_)
    new[1:] = (patterns[1:] != patterns[:-1]) | (kinds[1:] != kinds[:-1])
    first = np.flatnonzero(new)
    counts = np.diff(np.append(first, len(order)))
    return Patterns(unpacked(patterns[first]), counts.astype(np.float64), kinds[first], every)


def maximised(
    start: ScoreModel,
    candidates: Patterns,
    strangers: Patterns,
    blocks_on: Sequence[frozenset[str]],
    rows: int,
) -> ScoreModel:
    """The model after expectation-maximisation from `start`."""
    free = _free(candidates.kinds, blocks_on, start.others)
    limits = limits_of(strangers.levels, strangers.counts)
    model = start
    for _round in range(ROUNDS):
        before, model = model, _round_of(model, start, candidates, strangers, (free, limits, rows))
        if _settled(before, model):
            break
    if not _believable(candidates, classes(model, candidates.levels)[0]):
        model = _not_trained(start, strangers, limits)
    return replace(model, unseen=unseen(candidates, classes(model, candidates.levels)[0]))


def _believable(candidates: Patterns, same: Floats) -> bool:
    """Whether what was learnt to be matches are customers: among many who are named, some are
    written alike at least once. Where nobody is there twice (people counted up, or alike by
    design), the class of most similar pairs is nothing but similar.
    """
    named = (candidates.levels[:, NAMED] > 0).any(axis=1)
    exact = (candidates.levels[:, EXACT] == 1).any(axis=1)
    matched = candidates.counts * same * named
    total, alike = float(matched.sum()), float(matched[exact].sum())
    return total < FEW_MATCHES or alike >= LEAST_EXACT * total


def _not_trained(start: ScoreModel, strangers: Patterns, limits: Limits) -> ScoreModel:
    """The shipped model, of which only u, that random pairs tell, is of these records."""
    every = np.broadcast_to(strangers.counts[:, None], strangers.levels.shape)
    u = _level_shares(strangers.levels, every, start.u, PULL_U)
    return replace(start, u=_frozen(limited_u(u, np.array(start.m), start, start.prior, limits)))


def unseen(candidates: Patterns, same: Floats) -> float:
    """Matches that no key kind proposes, as a share of those proposed: 2 f1 - f2 of them, f1 and f2
    being the matches proposed by one kind and by two (the jackknife of second order for captures of
    unequal chance; Burnham and Overton 1978).
    """
    matched = candidates.counts * same
    times = np.bitwise_count(candidates.kinds)
    once, twice = (float(matched[times == n].sum()) for n in (1, 2))
    found = (2.0 * once - twice) / max(matched.sum(), 1.0)
    return float(np.clip(found, 0.0, MOST_UNSEEN))


def _round_of(
    model: ScoreModel,
    start: ScoreModel,
    candidates: Patterns,
    strangers: Patterns,
    of: tuple[Floats, Limits, int],
) -> ScoreModel:
    """One round: the classes of all pairs under the model, and the model that fits these best.

    `of`: which comparisons of each candidate teach (`_free`), the limits of estimates, and the
    number of records.
    """
    free, limits, rows = of
    found = [candidates.counts * share for share in classes(model, candidates.levels)]
    strange = strangers.counts * classes(model, strangers.levels)[-1]
    every = np.broadcast_to(strange[:, None], strangers.levels.shape)
    m = _level_shares(candidates.levels, found[0][:, None] * free, start.m, PULL_M)
    m = limited_m(m, limits)
    u = _level_shares(strangers.levels, every, start.u, PULL_U)
    u = limited_u(u, m, start, model.prior, limits)
    prior, relatives, branches = (
        _share(float(pairs.sum()) * candidates.every, a_record, rows)
        for pairs, a_record in zip(found, SHIPPED_A_RECORD, strict=False)
    )
    if limits.bare:  # categories go together also among strangers
        prior = min(prior, start.prior)
    b = _level_shares(candidates.levels, found[2][:, None] * free, start.b, PULL_B)
    return replace(
        model,
        m=_frozen(m),
        u=_frozen(u),
        r=_frozen(_of_relatives((m, u), start, candidates, (found[1], free), limits)),
        b=_frozen(learnt(LEARNT_OF_BRANCHES, b, sharing(SHARED_BY_BRANCHES, m, u, start.b))),
        prior=prior,
        relatives=relatives if start.relatives > NO_RELATIVES else NO_RELATIVES,
        branches=branches if start.branches > NO_BRANCHES else NO_BRANCHES,
    )


def _of_relatives(
    of: tuple[Floats, Floats],
    start: ScoreModel,
    candidates: Patterns,
    weight: tuple[Floats, Floats],
    limits: Limits,
) -> Floats:
    """r, given m and u: learnt where records name people, who have families and colleagues.

    `weight`: how many of each pattern are relatives, and what it teaches (`_free`).
    """
    if not limits.people:
        return sharing(SHARED_BY_RELATIVES, *of, start.r)
    told = shares(SHARED_BY_RELATIVES, of, candidates.levels, weight, PULL_R)
    teaching = weight[0][:, None] * weight[1]
    found = _level_shares(candidates.levels, teaching, start.r, PULL_R)
    return learnt(LEARNT_OF_RELATIVES, found, sharing(told, *of, start.r))


def _settled(before: ScoreModel, after: ScoreModel) -> bool:
    """Whether a round changed no probability of a level by more than SETTLED, nor the prior."""
    moved = np.abs(np.array(after.m) - np.array(before.m)).max()
    return bool(moved < SETTLED and abs(after.prior / before.prior - 1) < SETTLED)


def _share(found: float, a_record: float, rows: int) -> float:
    """Share of all pairs, from those found and the few that the shipped one a record is worth."""
    total = max(rows * (rows - 1) / 2, 1.0)
    pulled = found + a_record * min(PULL_SHARE * rows, MOST_PULL)
    return float(np.clip(pulled / total, 1e-12, 0.2))


def _free(kinds: Longs, blocks_on: Sequence[frozenset[str]], others: Sequence[str]) -> Floats:
    """Pattern x comparison: 1 where some shared key kind does not block on the comparison.

    A kind may block on "other", all further attributes, or on one, "other:" and its name.
    """
    free = np.zeros((len(kinds), len(COMPARISONS)))
    further = {f"other_{at}": {"other", f"other:{name}"} for at, name in enumerate(others)}
    for kind, blocked in enumerate(blocks_on):
        shares = (kinds >> kind) & 1 == 1
        for index, comparison in enumerate(COMPARISONS):
            if not further.get(comparison.name, {comparison.name}) & blocked:
                free[shares, index] = 1.0
    return free


def classes(
    model: ScoreModel, levels: npt.NDArray[np.int64]
) -> tuple[Floats, Floats, Floats, Floats]:
    """Probability of same customer, relatives, branches and strangers for each row of levels."""
    columns = np.arange(levels.shape[1])
    logs = []
    shares = (
        model.prior,
        (1 - model.prior) * model.relatives,
        (1 - model.prior) * model.branches,
        (1 - model.prior) * (1 - model.relatives - model.branches),
    )
    for table, share in zip((model.m, model.r, model.b, model.u), shares, strict=True):
        bits = np.log2(np.array(table))
        bits[:, 0] = 0.0
        logs.append(bits[columns, levels].sum(axis=1) + np.log2(share))
    scaled = np.exp2(np.array(logs) - np.max(logs, axis=0)) if len(levels) else np.zeros((4, 0))
    same, relatives, branches, strange = scaled / np.maximum(scaled.sum(axis=0), 1e-300)
    return same, relatives, branches, strange


def _level_shares(
    levels: npt.NDArray[np.int64],
    weight: Floats,
    prior: tuple[tuple[float, ...], ...],
    pull: float,
) -> Floats:
    """Per comparison: share of each level among pairs that compare it, pulled towards the prior."""
    shares = np.ones((len(COMPARISONS), MAX_LEVELS))
    for index, comparison in enumerate(COMPARISONS):
        count = len(comparison.levels) + 1
        found = np.bincount(levels[:, index], weights=weight[:, index], minlength=MAX_LEVELS)
        pulled = found[1:count] + pull * np.array(prior[index][1:count])
        shares[index, 1:count] = pulled / pulled.sum()
    return shares


def _frozen(table: Floats) -> tuple[tuple[float, ...], ...]:
    return tuple(tuple(float(value) for value in row) for row in table)
