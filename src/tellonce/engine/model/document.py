"""MatchModel: everything that was learnt or chosen, as one frozen value and one JSON document."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from typing import Any

from tellonce.engine.errors import ModelError

VERSION = 2  # 2 adds what labels have taught
READABLE = (1, VERSION)  # what version 1 does not say has its default
Table = tuple[tuple[float, ...], ...]  # comparisons x levels; level 0 (missing) is unused


@dataclass(frozen=True)
class BlockModel:
    """Which key kinds are in force, and the key values that are refined or not used at all.

    `refined` and `stopped` hold keys (SipHash under the key whose fingerprint is `hash_key`).
    `categories` names the further attributes of records that have nothing else.
    """

    kinds: tuple[str, ...] = ()
    refined: tuple[int, ...] = ()
    stopped: tuple[int, ...] = ()
    skipped: tuple[str, ...] = ()  # kinds left out because they would cost too much
    categories: tuple[str, ...] = ()

    @cached_property
    def refined_set(self) -> frozenset[int]:
        """`refined`, to look single keys up."""
        return frozenset(self.refined)

    @cached_property
    def stopped_set(self) -> frozenset[int]:
        """`stopped`, to look single keys up."""
        return frozenset(self.stopped)


@dataclass(frozen=True)
class ScoreModel:
    """Fellegi-Sunter parameters.

    `m`, `u`, `r` and `b`: probability of each level among matches, strangers, relatives and
    branches (other sites of one organisation). `prior`: the share of matches among all pairs;
    `relatives` and `branches` their shares among pairs that do not match. `unseen`: matches that no
    blocking key proposes, as a share of those proposed (`train.unseen`).
    `frequencies`: per attribute the share of records with a value, for values seen at least 5
    times; `default` the share assumed for all others. `shared`: hashes of e-mails and phones of
    many customers. `weak_days`: (month, day) that stand for an unknown birthday. `others`: names of
    the attributes compared without knowing their meaning; `others_worth`: share of their weight
    that counts. What labels have taught (`score.calibrate`): `learnt`, bits that each level weighs
    more, () without labels; log2 odds are `slope` x (prior + match weight) + `shift`; `labels` is
    the number of labelled pairs behind it. `unique`: sources that are taken to have no duplicates
    of their own, since their records have nothing that could tell. `link` is the match probability
    from which on pairs are linked unless the caller says otherwise.
    """

    m: Table = ()
    u: Table = ()
    r: Table = ()
    b: Table = ()
    prior: float = 1e-4
    relatives: float = 1e-6
    branches: float = 0.0
    unseen: float = 0.0
    frequencies: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    default: Mapping[str, float] = field(default_factory=dict)
    shared: tuple[int, ...] = ()
    weak_days: tuple[tuple[int, int], ...] = ()
    others: tuple[str, ...] = ()
    others_worth: float = 1.0
    learnt: Table = ()
    slope: float = 1.0
    shift: float = 0.0
    labels: int = 0
    unique: tuple[str, ...] = ()
    link: float = 2 / 3

    @cached_property
    def shared_set(self) -> frozenset[int]:
        """`shared`, to look single hashes up."""
        return frozenset(self.shared)


@dataclass(frozen=True)
class MatchModel:
    """A model: how records are blocked, scored and cut. `fingerprint` names its exact content."""

    block: BlockModel = field(default_factory=BlockModel)
    score: ScoreModel = field(default_factory=ScoreModel)
    hash_key: str = ""
    trained_on: int = 0  # records; 0 for the shipped model
    version: int = VERSION

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the canonical JSON, first 16 hex digits."""
        return hashlib.sha256(self.to_json().encode()).hexdigest()[:16]

    def to_json(self) -> str:
        """The whole model as canonical JSON."""
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))

    def to_dict(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    def shareable(self) -> MatchModel:
        """The model without hashed values of single customers, so that it is not personal data."""
        return replace(
            self,
            block=replace(self.block, refined=(), stopped=()),
            score=replace(self.score, shared=()),
            hash_key="",
        )

    @classmethod
    def from_json(cls, text: str) -> MatchModel:
        """The model of a document; ModelError where it cannot be read."""
        try:
            document = json.loads(text)
            if document["version"] not in READABLE:
                raise ModelError(
                    f"The model has version {document['version']}, this software reads up to "
                    f"{VERSION}.",
                    "Train it anew: leave --model out.",
                )
            return cls(
                block=BlockModel(**_tuples(document["block"])),
                score=ScoreModel(**_tuples(document["score"])),
                hash_key=document["hash_key"],
                trained_on=document["trained_on"],
            )
        except (ValueError, KeyError, TypeError) as error:
            raise ModelError(
                f"The model document cannot be read: {error}.",
                "Save it again with --save-model, or leave --model out.",
            ) from error


def _tuples(part: dict[str, Any]) -> dict[str, Any]:
    return {key: _frozen(value) for key, value in part.items()}


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value
