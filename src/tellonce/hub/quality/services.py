"""Writes: rules set and put back, and failures waived."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.core import clock
from tellonce.hub.core.bulk import one_at_a_time
from tellonce.hub.core.errors import Stale, Unknown, WrongCall
from tellonce.hub.events.services import emit
from tellonce.hub.events.types import Happened
from tellonce.hub.jobs.selectors import living_workers
from tellonce.hub.quality.access import check_may_set, check_may_write
from tellonce.hub.quality.fields import fields_of, nowhere
from tellonce.hub.quality.in_force import fingerprint_of
from tellonce.hub.quality.jobs import enqueue_run
from tellonce.hub.quality.models import CORRECTED, OPEN, WAIVED, RuleFailure, RulesVersion
from tellonce.hub.quality.references import Document, document_of
from tellonce.hub.quality.selectors import failure_view, rules_version, version_view
from tellonce.hub.quality.showing import withheld_among
from tellonce.hub.quality.telling import check_may_tell
from tellonce.hub.quality.types import ALL, FailureView, RulesSet
from tellonce.hub.sources.selectors import active_record_count, source_named, sources
from tellonce.rules.reading import read_rules
from tellonce.rules.types import Reference, RuleSet

CHANGED = "tellonce.quality.rules.changed.v1"
_NONE_MEANT = re.compile(r"^(rules:)?\s*\[\s*\]", re.MULTILINE)


@dataclass(frozen=True)
class RulesFile:
    """A file of rules: its name and text, and the lists of values it names, where it has any."""

    name: str
    text: str
    references: Mapping[str, Reference] = field(default_factory=dict)


def check_rules(file: RulesFile, source: str = ALL) -> RuleSet:
    """The rules of a file; raises `RuleErrors` with all that is wrong, each with line and column,
    and `WrongCall` for a list of values that it names and that is not there, and for a text without
    a rule that does not say `[]`. Rules for a source that delivered records may be about its fields
    only.
    """
    rules = read_rules(file.text, file.name, fields_of(source_named(source)) if source else None)
    if not rules.rules and not _NONE_MEANT.search(file.text):  # a cut file would end them all
        raise WrongCall(
            f"{file.name} holds no rule.", hint="Write `rules: []` if none is to be in force."
        )
    missing = [one.name for one in rules.references if one.name not in file.references]
    if missing:
        raise WrongCall(
            f"{file.name} names the list {missing[0]!r}, which did not come with it.",
            hint="Set it from the command line, where the files it names are.",
        )
    return rules


def set_rules(file: RulesFile, *, source: str = ALL, by: Actor, reason: str = "") -> RulesSet:
    """The rules of a file are in force from now on, for one source or for all.

    The same rules again change nothing. What is held is judged by a job. Raises as `check_rules`,
    `Unknown` for the source, `Refused`.
    """
    check_may_set(by, "quality.set")
    rules = check_rules(file, source)
    check_may_tell(rules, source, by, "quality.set")
    return _put_in_force(
        rules, file.name, file.text, document_of(file.references), _Who(source, by, reason)
    )


def set_rules_back(number: int, *, source: str = ALL, by: Actor, reason: str = "") -> RulesSet:
    """The rules of an earlier version are in force again, as a new version; raises `Unknown`."""
    check_may_set(by, "quality.set")
    earlier = rules_version(source, number)
    row = RulesVersion.objects.get(pk=earlier.id)
    said = reason or f"back to version {number}"
    rules = read_rules(row.text, row.name)
    check_may_tell(rules, source, by, "quality.set")
    return _put_in_force(rules, row.name, row.text, row.references, _Who(source, by, said))


@dataclass(frozen=True)
class _Who:
    source: str
    by: Actor
    reason: str


def _put_in_force(
    rules: RuleSet, name: str, text: str, references: Document, who: _Who
) -> RulesSet:
    source_id = source_named(who.source).id if who.source else None
    fingerprint = fingerprint_of(rules, references)
    with transaction.atomic():
        one_at_a_time("rules")
        last = RulesVersion.objects.filter(source_id=source_id).order_by("-number").first()
        if last is not None and (last.fingerprint, last.text) == (fingerprint, text):
            return RulesSet(version_view(last, in_force=True), changed=False)
        made = RulesVersion.objects.create(
            source_id=source_id,
            number=last.number + 1 if last else 1,
            name=name[-255:],
            text=text,
            references=dict(references),
            fingerprint=fingerprint,
            rules=len(rules.rules),
            actor=who.by.id,
            reason=who.reason.strip()[:200],
            at=clock.now(),
        )
        told = {"source": who.source, "version": made.number, "rules": made.rules}
        record_act(
            Act(
                "quality.set",
                who.by.id,
                reason=made.reason,
                target=(who.source or "all sources")[:64],
                details={"version": made.number, "rules": made.rules},
            )
        )
        emit(Happened(CHANGED, data={**told, "fingerprint": fingerprint}))
        enqueue_run(who.by.id)
    sentences = tuple(_sentences(rules, who.source))
    view = version_view(made, in_force=True)
    return RulesSet(view, changed=True, sentences=sentences, held=_held(who.source))


def _sentences(rules: RuleSet, source: str) -> list[str]:
    """What is to be known about rules that were set."""
    said = [
        f"No source has a field {name} so far, so {rule.id} is not evaluated until one has."
        for rule, name in (() if source else nowhere(rules, sources()))
    ]
    for rule in rules.rules:
        if rule.scope == "set" and rule.on_fail in ("quarantine", "correct"):
            said.append(
                f"{rule.id} looks at all records of a source together, so it flags what it finds "
                "in them, and keeps no row out."
            )
        elif rule.scope == "customer":
            said.append(f"{rule.id} compares records of one customer: customer checks judge it.")
    if any(rule.on_fail == "correct" for rule in rules.rules):
        named = [source] if source else [one.name for one in sources()]
        said.append(
            "Corrections are applied to what arrives from now on; to records that are held with "
            f"`tellonce source restandardise {named[0] if len(named) == 1 else 'NAME'}`."
        )
    return said


def _held(source: str) -> str:
    """When the records that are held are judged by rules that were set, "" without any."""
    held = source_named(source, counted=True).records if source else active_record_count()
    if not held:
        return ""
    are = "1 record held already is" if held == 1 else f"{held:,} records held already are"
    if living_workers():
        return f"{are} judged by a worker now."
    now = f"tellonce quality run{f' --source {source}' if source else ''}"
    return f"{are} judged once a worker is at work, or now: {now}"


def waive_failures(ids: Collection[int], *, by: Actor, reason: str) -> list[FailureView]:
    """A person says that these failures may stand; they do until the value is another.

    Raises `WrongCall` without a reason, `Unknown`, for those withheld from `by` too, `Stale` where
    one of them no longer stands.
    """
    check_may_write(by, "quality.waive")
    because = reason.strip()[:200]
    if not because:
        raise WrongCall("Nothing is waived without a reason.", hint="Say why with --because.")
    with transaction.atomic():
        rows = RuleFailure.objects.select_for_update(of=("self",)).filter(id__in=ids)
        found = list(rows.select_related("source", "record", "rules").order_by("id"))
        kept = withheld_among(found, by)
        _check_waivable(ids, [row for row in found if row.pk not in kept])
        now = clock.now()
        RuleFailure.objects.filter(id__in=ids).update(
            state=WAIVED, because=because, settled_by=by.id, settled_at=now
        )
        rules = sorted({row.rule for row in found})
        record_act(
            Act(
                "quality.waive",
                by.id,
                reason=because,
                target=found[0].source.name[:64],
                fields=tuple(sorted({row.field for row in found})),
                details={"failures": len(found), "rules": ", ".join(rules)[:200]},
            )
        )
    return [failure_view(pk) for pk in sorted(ids)]


def _check_waivable(ids: Collection[int], found: Sequence[RuleFailure]) -> None:
    missing = set(ids) - {row.pk for row in found}
    if missing or not found:
        raise Unknown(
            "There is no such failure." if missing else "It is not said which failures.",
            hint="See `tellonce quality failures`.",
        )
    settled = [row for row in found if row.state not in (OPEN, CORRECTED)]
    if settled:
        row = settled[0]
        raise Stale(
            f"The failure of {row.rule} is {row.state}, and cannot be waived.",
            hint="See `tellonce quality failures`.",
        )
