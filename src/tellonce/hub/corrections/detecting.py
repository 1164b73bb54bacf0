"""What the hub finds wrong by itself, as corrections: rules that records do not meet, sources that
disagree, values that grew stale, and what a person answered when he was asked.

The hub knows that something is wrong, not what is right: such a correction waits for a value. A
finding is one correction, however often it is looked at, also after that was rejected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from itertools import chain, islice

from tellonce.hub.accounts.refusing import refuse_unless
from tellonce.hub.accounts.types import CLIENT, Actor
from tellonce.hub.bridge.stewards import attributes_of_unit, values_of
from tellonce.hub.core.errors import HubError, WrongCall
from tellonce.hub.corrections.customers_at_hand import golden_values
from tellonce.hub.corrections.models import Correction
from tellonce.hub.corrections.opening import propose
from tellonce.hub.corrections.proposing import THE_HUB
from tellonce.hub.corrections.types import SEVERITIES, NewCorrection, RecordName
from tellonce.hub.customers.selectors import customer_by_public_id, customers_of_records
from tellonce.hub.quality.selectors import FailuresAsked, open_failures
from tellonce.hub.quality.showing import told_failures
from tellonce.hub.quality.types import FailureView
from tellonce.hub.sources.selectors import record_ids, record_texts
from tellonce.hub.upkeep.nudging import nudge_answer
from tellonce.hub.upkeep.selectors import open_findings
from tellonce.hub.upkeep.types import FindingView
from tellonce.rules.corrections import CORRECTIONS
from tellonce.rules.types import Cell, Facts

DETECTS = ("steward", "engineer", "admin", CLIENT)
RULE, DISAGREEMENT, DECAY = ORIGINS = ("rule", "disagreement", "decay")
MOST = 1_000
_PAGE = 500
_KINDS = {DISAGREEMENT: "disagreement", DECAY: "stale"}


@dataclass(frozen=True)
class Wanted:
    """What is looked for. `severity`: that and above; `source`, `rule` and `since` (when it
    was found) only of rules that records do not meet, "" and None for any. It ends once `limit`
    corrections were opened.
    """

    origins: tuple[str, ...] = ORIGINS
    severity: str = "low"
    source: str = ""
    rule: str = ""
    since: datetime | None = None
    limit: int = MOST


@dataclass(frozen=True)
class Detected:
    """What came of looking: the corrections that were opened (public ids), how many findings had
    one already, and how many no correction of a customer's value can help.
    """

    opened: tuple[str, ...]
    known: int
    passed_over: int


def detect(wanted: Wanted, *, by: Actor) -> Detected:
    """Open a correction for each finding that has none; the hub is its author. Findings that `by`
    may not be told of are no findings to him.

    Raises `Refused`, and `WrongCall` for an origin or severity that is none.
    """
    hint = "Ask a steward."
    refuse_unless(by, DETECTS, "correction.detect", may_not="open corrections", hint=hint)
    for what, words, known in (
        ("origin of findings", wanted.origins, ORIGINS),
        ("severity", (wanted.severity,), SEVERITIES),
    ):
        if not set(words) <= set(known):
            raise WrongCall(f"There is no such {what}.", hint=f"Say {', '.join(known)}.")
    opened: list[str] = []
    known = passed_over = 0
    found = chain.from_iterable(_findings(origin, wanted, by) for origin in wanted.origins)
    while part := list(islice(found, _PAGE)):
        seen = _seen([one.name for one in part])
        for one in part:
            if one.name in seen:
                known += 1
                continue
            if len(opened) >= wanted.limit:
                return Detected(tuple(opened), known, passed_over)
            made = [public_id for new in one.corrections() if (public_id := _opened(new))]
            opened += made
            passed_over += not made
    return Detected(tuple(opened), known, passed_over)


def corrections_of_rule(rule: str, name: str, *, source: str = "") -> list[NewCorrection]:
    """What a named correction makes of the values of records that do not meet a rule, as many as
    `MOST`; those it does not change are left out. "empty it" removes.

    Raises `WrongCall` for a correction that is none, or that reads other fields of a row.
    """
    known = {one: found for one, found in CORRECTIONS.items() if not found.hints}
    if name not in known:
        raise WrongCall(
            f"There is no correction {name!r} of a value by itself.",
            hint=f"There are {', '.join(known)}.",
        )
    cell = Cell("", "", None, Facts())
    found = []
    for failure in open_failures(FailuresAsked(source, rule)):
        for new in _of_failure(failure):
            made = known[name].apply(new.old, (), cell) if new.old else None
            if made is not None and made != new.old:
                found.append(replace(new, value=made or None, removes=not made))
        if len(found) == MOST:
            break
    return found


def take_answer(nudge: str) -> str:
    """Open a correction for what a person said instead, when he was asked, or for his saying only
    that it changed; returns its public id, "" where there is nothing to correct.
    """
    said = nudge_answer(nudge)
    if said.nudge.state != "changed":
        return ""
    customer = customer_by_public_id(said.nudge.customer)
    parts = attributes_of_unit(said.nudge.attribute)
    golden = golden_values([customer.id]).get(customer.id, {})
    attribute = next((part for part in parts if part in golden), parts[0])
    new = NewCorrection(
        attribute,
        customer=customer.public_id,
        value=said.value,
        origin="customer",
        reason="The customer was asked, and said so.",
        evidence=said.value or "",
        finding=f"answer:{nudge}",
    )
    if _seen([new.finding]):
        return ""
    one = _opened(new) if len(parts) == 1 else ""
    return one or _opened(replace(new, value=None))  # a whole address, or what cannot be read


@dataclass(frozen=True)
class _Finding:
    """Something the hub found, by a name that stays the same, and what it means for values of the
    customer, worked out when it is new.
    """

    name: str
    corrections: Callable[[], Iterable[NewCorrection]]


def _seen(names: Sequence[str]) -> set[str]:
    """Which of these findings have, or had, a correction."""
    rows = Correction.objects.filter(finding__in=names)
    return set(rows.values_list("finding", flat=True))


def _opened(new: NewCorrection) -> str:
    """The public id of the correction of a finding, "" where it makes no sense (any more)."""
    try:
        return propose(new, by=THE_HUB)
    except HubError:
        return ""


def _findings(origin: str, wanted: Wanted, by: Actor) -> Iterator[_Finding]:
    enough = SEVERITIES[SEVERITIES.index(wanted.severity) :]
    if origin == RULE:
        asked = FailuresAsked(wanted.source, wanted.rule, since=wanted.since)
        for failure in told_failures(asked, by):
            if failure.severity in enough:
                yield _Finding(f"failure:{failure.id}", partial(_of_failure, failure))
    elif not wanted.source and not wanted.rule:
        for finding in _every_finding(_KINDS[origin], by):
            if finding.severity in enough:
                yield _Finding(finding.id, partial(_of_finding, finding, origin))


def _every_finding(kind: str, by: Actor) -> Iterator[FindingView]:
    cursor = ""
    while True:
        page = open_findings(kind=kind, limit=_PAGE, cursor=cursor, by=by)
        yield from page.findings
        cursor = page.next
        if not cursor:
            return


def _of_failure(failure: FailureView) -> Iterator[NewCorrection]:
    """The value that the record states is what is wrong. Where it states none, and the customer has
    one from elsewhere, the customer lacks nothing.
    """
    attribute = failure.attribute.partition("#")[0]
    name = (failure.source, failure.record)
    values = _values(name, attribute) if attribute else None
    if values is None:
        return
    yield NewCorrection(
        attribute,
        record=name,
        old=values[0] if values else None,
        origin=RULE,
        severity=failure.severity,
        reason=failure.reason,
        rule=f"{failure.rule}@{failure.rules_version}",
        finding=f"failure:{failure.id}",
        owner=failure.owner,
    )


def _values(name: RecordName, attribute: str) -> list[str] | None:
    """What a record says of an attribute; None where it says nothing and its customer has it."""
    record = record_ids([name]).get(name)
    texts = record_texts([record]) if record is not None else {}
    if not texts or record is None:
        return None
    short = attribute.partition(":")[2] or attribute
    values = values_of({record: texts[record].document})[record].get(short, [])
    customers = customers_of_records([record])
    if values or not customers:
        return values
    golden = golden_values([customers[0].id]).get(customers[0].id, {})
    return None if golden.get(short) else []


def _of_finding(finding: FindingView, origin: str) -> Iterator[NewCorrection]:
    """One correction for each attribute that is meant: of sources that disagree, each of which they
    say different things; of a stale value, the first that the customer has.
    """
    customer = customer_by_public_id(finding.customer)
    golden = golden_values([customer.id]).get(customer.id, {})
    parts = [part for part in attributes_of_unit(finding.attribute) if part in golden]
    sides = [side["records"][0] for side in finding.detail.get("sides", ()) if side["records"]]
    if origin == DISAGREEMENT:
        parts = _said_differently(parts, sides)
    for part in parts if origin == DISAGREEMENT else parts[:1]:
        yield NewCorrection(
            part,
            customer=customer.public_id,
            origin=origin,
            severity=finding.severity,
            reason=finding.sentence,
            evidence=", ".join(sides),
            rule=f"{finding.rule}@{finding.rule_version}",
            finding=finding.id,
            owner=finding.owner,
        )


def _said_differently(parts: Sequence[str], sides: Sequence[str]) -> list[str]:
    names: list[RecordName] = []
    for side in sides:
        source, _, key = side.partition(":")
        names.append((source, key))
    texts = record_texts(list(record_ids(names).values()))
    said = values_of({i: text.document for i, text in texts.items()}).values()
    return [
        part
        for part in parts
        if len({tuple(one[part]) for one in said if one.get(part)}) > 1 and part != "full_name"
    ]
