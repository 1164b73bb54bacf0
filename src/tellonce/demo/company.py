"""Lindmoor & Wilk, a made-up seller of things for house and garden, and its five systems."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tellonce.engine.synth import Style

COMPANY = "Lindmoor & Wilk"
PEOPLE = 8000

RecordName = tuple[str, str]  # source, record id


@dataclasses.dataclass(frozen=True)
class System:
    """One of the company's systems: how it is added to a hub, and how its people write.

    `config` is what the data engineer declares about it (hub.sources.config); nothing is said
    about columns that are recognised anyway.
    """

    name: str
    kind: str
    label: str
    style: Style
    config: Mapping[str, Any]


SYSTEMS = (
    System(
        "crm",
        "crm",
        "CRM",
        Style(
            "crm",
            0.58,
            0.05,
            date_format="%d.%m.%Y",
            phone_format="spaced",
            missing=(("email", 0.25), ("birth_date", 0.15), ("phone", 0.08)),
        ),
        {"record_id": "Customer No", "source_version": "Updated", "observed_at": "Updated"},
    ),
    System(
        "shop",
        "web shop",
        "Web shop",
        Style(
            "shop",
            0.62,
            0.09,
            phone_format="national",
            ascii=True,
            nickname=0.1,
            missing=(("birth_date", 0.7), ("phone", 0.25), ("street", 0.05)),
        ),
        {"record_id": "customerId", "observed_at": "updatedAt"},
    ),
    System(
        "desk",
        "service desk",
        "Service desk",
        Style(
            "desk",
            0.34,
            0.05,
            case="upper",
            phone_format="dashed",
            mistyped=0.05,
            missing=(("email", 0.3), ("phone", 0.2), ("street", 0.25)),
        ),
        {
            "record_id": "requester_id",
            "observed_at": "last_contact",
            "tickets": {"customer_key": "requester_id"},
            "surveys": {"customer_key": "requester_id"},
        },
    ),
    System(
        "newsletter",
        "marketing",
        "Newsletter",
        Style("newsletter", 0.46, 0.03, nickname=0.15, mistyped=0.04, other_email=0.25),
        {"record_id": "subscriber_id", "observed_at": "subscribed_at"},
    ),
    System(
        "loyalty",
        "loyalty programme",
        "Loyalty programme",
        Style(
            "loyalty",
            0.38,
            0.02,
            first=dt.date(2019, 1, 1),
            date_format="%Y%m%d",
            phone_format="e164",
            genders=("female", "male"),
            missing=(("email", 0.35),),
        ),
        {"record_id": "member_no", "observed_at": "joined"},
    ),
)


@dataclasses.dataclass(frozen=True)
class File:
    """A file to be loaded: `content` is what `tellonce load --as` takes; `rows` without header."""

    source: str
    content: str
    path: Path
    rows: int


@dataclasses.dataclass(frozen=True)
class Manifest:
    """What `demo.write` wrote.

    `files` stand in the order to load them. `truth` is a Parquet file of source, record_id,
    cluster (the person) and `life_changes` one of person, change, changed_at. `stars` are records
    of people worth showing, the best first; `links` are pairs of records of one person that look
    unlike, `lookalikes` pairs of relatives that look alike.
    """

    folder: Path
    seed: int
    people: int
    records: int
    files: tuple[File, ...]
    truth: Path
    life_changes: Path
    stars: tuple[RecordName, ...]
    links: tuple[tuple[RecordName, RecordName], ...]
    lookalikes: tuple[tuple[RecordName, RecordName], ...]
