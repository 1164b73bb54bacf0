"""What is declared about upkeep, as YAML; everything may be left out.

stale_at: 20                                  the decay score from which a value is stale
half_lives: {address: 540, gender: never}     days until half of all values have changed
importance: {email: 1, phone: 1, name: 0.8}   how much it matters that a value is current, 0 to 1
required: [email, phone, address]             what should be fresh; else there is a finding
agree_on: [birth_date, name, address]         what the sources of a customer should agree on
unique: [identifier, email]                   what no two customers should share
nudges: {quiet_days: 92, purpose: service, least: 10, most: 500}

Rules about whole customers (`- email: unique per customer, severity: high`) are declared with all
other rules; they count beside what stands here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from django.db import transaction

from tellonce.hub.accounts.refusing import refuse_unless
from tellonce.hub.accounts.types import PURPOSES, Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.core import clock
from tellonce.hub.core.bulk import fetched
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.jobs.services import enqueue
from tellonce.hub.upkeep.models import UpkeepPolicy
from tellonce.hub.upkeep.types import AGREE_ON, REQUIRED, UNIQUE, NudgePolicy, Policy
from tellonce.hub.upkeep.work import SWEEP
from tellonce.rules.decay import STALE_AT, DecayRules

ACTION = "upkeep.policy"
_HINT = "See `tellonce upkeep policy show` for what may be declared."
_LISTS = {"required": REQUIRED, "agree_on": AGREE_ON, "unique": UNIQUE}
_NAMES = ("stale_at", "half_lives", "importance", *_LISTS, "nudges")
_NEWEST = "SELECT id, document FROM upkeep_policies ORDER BY id DESC LIMIT 1"
_QUIET_AT_LEAST = 92
"""Days: nobody is asked twice in a quarter, whatever is declared."""


def policy_in_force() -> Policy:
    """What is declared now; the defaults where nothing is."""
    rows = fetched(_NEWEST)
    return _read(*rows[0]) if rows else Policy()


@lru_cache(maxsize=4)
def _read(version: int, document: str) -> Policy:
    """A declaration, which never changes; its text keeps apart what a rollback gave one id."""
    return policy_of(json.loads(document), version)


def declare_policy(document: Any, *, by: Actor) -> Policy:
    """Replace what is declared; everything is worked out anew by it in the background.

    Raises `Refused` for who is neither engineer, steward nor administrator, `WrongCall` for what is
    not known.
    """
    refuse_unless(
        by,
        ("engineer", "steward", "admin"),
        ACTION,
        may_not="declare how customers are kept current",
        hint="Ask an administrator.",
    )
    document = {} if document is None else document
    policy_of(document)
    with transaction.atomic():
        row = UpkeepPolicy(document=document, author=by.id, at=clock.now())
        row.save(force_insert=True)
        enqueue(SWEEP, {}, by.id, unique=f"{SWEEP}:{row.pk}", bulk=True)
        record_act(Act(ACTION, by.id, details={"version": row.pk}))
    return policy_of(document, row.pk)


def policy_of(document: Any, version: int = 0) -> Policy:
    """A parsed YAML document as a policy; raises `WrongCall`."""
    if not isinstance(document, Mapping):
        raise WrongCall("A policy of upkeep is lines of `name: value`.", hint=_HINT)
    for name in document:
        if name not in _NAMES:
            raise WrongCall(f"Upkeep knows no {name!r}.", hint=f"Say one of {', '.join(_NAMES)}.")
    lists = {name: _names(document, name, default) for name, default in _LISTS.items()}
    decay = DecayRules(
        {str(n): _half_life(n, days) for n, days in _mapping(document, "half_lives").items()},
        {
            str(n): _number(f"importance of {n}", share, 0, 1)
            for n, share in _mapping(document, "importance").items()
        },
        _number("stale_at", document.get("stale_at", STALE_AT), 1, 99),
    )
    nudges = _nudges(_mapping(document, "nudges"))
    return Policy(version, decay, **lists, nudges=nudges)


def _nudges(document: Mapping[str, Any]) -> NudgePolicy:
    for name in document:
        if name not in NudgePolicy.__dataclass_fields__:
            raise WrongCall(f"Nudges have no {name!r}.", hint=_HINT)
    given = NudgePolicy(**document)
    if given.purpose not in PURPOSES:
        raise WrongCall(
            f"There is no purpose {given.purpose!r}.", hint=f"Say one of {', '.join(PURPOSES)}."
        )
    return NudgePolicy(
        int(_number("quiet_days", given.quiet_days, _QUIET_AT_LEAST, 36_500)),
        given.purpose,
        _number("least", given.least, 0, 100),
        int(_number("most", given.most, 1, 100_000)),
    )


def _mapping(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = document.get(name, {})
    if not isinstance(found, Mapping):
        raise WrongCall(f"What {name} declares is lines of `name: value`.", hint=_HINT)
    return found


def _names(document: Mapping[str, Any], name: str, default: tuple[str, ...]) -> tuple[str, ...]:
    found = document.get(name, list(default))
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise WrongCall(f"What {name} declares is a list of names.", hint=_HINT)
    return tuple(dict.fromkeys(found))


def _half_life(name: str, days: Any) -> float | None:
    return None if days == "never" else _number(f"half-life of {name}", days, 1, 36_500)


def _number(name: str, value: Any, least: float, most: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
        raise WrongCall(f"The {name} is a number from {least} to {most}.", hint=_HINT)
    return float(value)
