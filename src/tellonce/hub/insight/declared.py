"""What is declared about measuring, as YAML; everything may be left out.

attributes: [name, birth_date, email, phone, street, city, postal_code]    those that matter
targets: {accuracy: 0.97, completeness: 0.9, completeness.email: 0.8}       of a KPI or of a part
sample: {size: 60, days: 7}          so many values are drawn every so many days; size 0: none
alerts: {source-silent: off}         a detector that is not wanted

Each version is kept with who declared it and when; the newest is in force.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import yaml
from django.db import transaction

from tellonce.hub.accounts.refusing import refuse_unless
from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.core import clock
from tellonce.hub.core.errors import WrongCall
from tellonce.hub.insight.models import Declaration
from tellonce.io.yaml_trouble import NOT_YAML, yaml_trouble

GROUPS: Mapping[str, tuple[str, ...]] = {
    "name": ("family_name", "full_name", "organisation"),
    "birth_date": ("birth_date", "organisation"),
    "email": ("email",),
    "phone": ("phone",),
    "street": ("street",),
    "city": ("city",),
    "postal_code": ("postal_code",),
    "country": ("country",),
    "gender": ("gender", "organisation"),
    "title": ("title",),
    "given_name": ("given_name", "organisation"),
    "region": ("region",),
    "house_number": ("house_number",),
}
"""What can matter, and the golden attributes of which one is enough: of an organisation nobody
expects a birth date."""

NAMES = tuple(GROUPS)
"""The order of the bits of `CustomerFigure.filled`: names may be added at the end only."""

MATTERS = ("name", "birth_date", "email", "phone", "street", "city", "postal_code")
MAY_DECLARE = ("steward", "officer", "manager", "admin")
_ACTION = "insight.declare"
_HINT = "Write it as in docs/concepts/kpis.md."


@dataclass(frozen=True)
class Declared:
    """What is in force. `targets`: a KPI's name, or `name.part`, -> target. `off`: detectors that
    are not wanted. `author` "" and `at` None: nothing was declared, these are the defaults.
    """

    attributes: tuple[str, ...] = MATTERS
    targets: Mapping[str, float] = field(default_factory=dict)
    sample_size: int = 60
    sample_days: int = 7
    off: frozenset[str] = frozenset()
    author: str = ""
    at: datetime | None = None

    def as_document(self) -> dict[str, Any]:
        """As it would be written."""
        return {
            "attributes": list(self.attributes),
            "targets": dict(self.targets),
            "sample": {"size": self.sample_size, "days": self.sample_days},
            "alerts": dict.fromkeys(sorted(self.off), "off"),
        }


def declared() -> Declared:
    """The newest declaration, else the defaults."""
    row = Declaration.objects.order_by("-id").first()
    if row is None:
        return Declared()
    found = row.document
    return Declared(
        tuple(found["attributes"]),
        dict(found["targets"]),
        found["sample"]["size"],
        found["sample"]["days"],
        frozenset(found["alerts"]),
        row.author,
        row.at,
    )


def declare(text: str, known: Known, *, by: Actor) -> Declared:
    """Put another declaration in force; audited.

    Raises `Refused`, and `WrongCall` for the first thing in it that is not understood.
    """
    refuse_unless(
        by, MAY_DECLARE, _ACTION, may_not="declare targets", hint="Ask a steward or a manager."
    )
    found = read_declaration(text, known)
    with transaction.atomic():
        Declaration(document=found.as_document(), author=by.id, at=clock.now()).save(
            force_insert=True
        )
        record_act(Act(_ACTION, by.id, details={"targets": len(found.targets)}))
    return declared()


@dataclass(frozen=True)
class Known:
    """The names a declaration may use: KPIs, which of them are shares, detectors."""

    kpis: frozenset[str]
    shares: frozenset[str]
    detectors: frozenset[str]


def read_declaration(text: str, known: Known) -> Declared:
    """A declaration from its YAML; raises `WrongCall`."""
    try:
        document = yaml.safe_load(text) or {}
    except NOT_YAML as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        sentence = f"The declaration{where} is no YAML: {yaml_trouble(error)}."
        raise WrongCall(sentence, hint=_HINT) from None
    if not isinstance(document, dict):
        raise WrongCall("The declaration is no list of names and values.", hint=_HINT)
    sections = ("attributes", "targets", "sample", "alerts")
    for name in document:
        if name not in sections:
            raise WrongCall(f"Nothing is called '{name}'.", hint=f"Known: {', '.join(sections)}.")
    size, days = _sample(document.get("sample"))
    return Declared(
        _attributes(document.get("attributes")),
        _targets(document.get("targets"), known),
        size,
        days,
        _off(document.get("alerts"), known),
    )


def _attributes(said: Any) -> tuple[str, ...]:
    if said is None:
        return MATTERS
    if not isinstance(said, list) or not said:
        raise WrongCall("`attributes` is no list of names.", hint=_HINT)
    for name in said:
        if name not in GROUPS:
            raise WrongCall(
                f"How often '{name}' is filled is not counted.", hint=f"Known: {', '.join(NAMES)}."
            )
    return tuple(dict.fromkeys(said))


def _targets(said: Any, known: Known) -> dict[str, float]:
    if not isinstance(said or {}, dict):
        raise WrongCall("`targets` is no list of names and figures.", hint=_HINT)
    for name, target in (said or {}).items():
        kpi = str(name).partition(".")[0]
        if kpi not in known.kpis:
            raise WrongCall(
                f"There is no KPI '{kpi}'.", hint=f"Known: {', '.join(sorted(known.kpis))}."
            )
        if isinstance(target, bool) or not isinstance(target, int | float):
            raise WrongCall(f"The target of {name} is no number.", hint=_HINT)
        if kpi in known.shares and not 0 <= target <= 1:
            raise WrongCall(f"The target of {name} is no share.", hint="Write 95 % as 0.95.")
    return {str(name): float(target) for name, target in (said or {}).items()}


def _sample(said: Any) -> tuple[int, int]:
    given = {"size": Declared.sample_size, "days": Declared.sample_days}
    if not isinstance(said or {}, dict) or set(said or {}) - set(given):
        raise WrongCall("`sample` says something else than size and days.", hint=_HINT)
    given |= said or {}
    for name, (least, most) in {"size": (0, 5_000), "days": (1, 366)}.items():
        value = given[name]
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise WrongCall(
                f"The sample's {name} is not from {least} to {most:,}.", hint="Give a whole number."
            )
    return given["size"], given["days"]


def _off(said: Any, known: Known) -> frozenset[str]:
    if not isinstance(said or {}, dict):
        raise WrongCall("`alerts` is no list of names with on or off.", hint=_HINT)
    for name, value in (said or {}).items():
        if name not in known.detectors:
            raise WrongCall(
                f"No detector is called '{name}'.",
                hint=f"Known: {', '.join(sorted(known.detectors))}.",
            )
        if value not in (True, False, "on", "off"):
            raise WrongCall(f"The detector {name} is neither on nor off.", hint=_HINT)
    return frozenset(name for name, value in (said or {}).items() if value in (False, "off"))
