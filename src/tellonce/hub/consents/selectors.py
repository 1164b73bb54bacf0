"""Reads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import reduce
from operator import or_

from django.db.models import Q

from tellonce.hub.consents.models import Consent
from tellonce.hub.consents.types import ConsentView
from tellonce.hub.core import clock
from tellonce.hub.sources.selectors import customer_keys


def consents_of(records: Collection[int]) -> list[ConsentView]:
    """The latest consent per (source, customer key, purpose) of some records (row ids), by purpose.

    Of two at the same moment the withdrawal counts.
    """
    latest: dict[tuple[str, str, str], ConsentView] = {}
    for view in _all(records):
        key = (view.source, view.customer_key, view.purpose)
        held = latest.get(key)
        if held is None or (view.at, not view.is_given) >= (held.at, not held.is_given):
            latest[key] = view
    return sorted(latest.values(), key=lambda view: (view.purpose, view.source, view.customer_key))


def consent_states(records: Collection[int]) -> dict[str, bool]:
    """Purpose -> whether consent is given now: the newest word over all sources counts."""
    return states_of(consents_of(records))


def states_of(consents: Iterable[ConsentView]) -> dict[str, bool]:
    """`consent_states` of consents that were looked up."""
    newest: dict[str, ConsentView] = {}
    for view in consents:
        held = newest.get(view.purpose)
        if held is None or (view.at, not view.is_given) > (held.at, not held.is_given):
            newest[view.purpose] = view
    return {purpose: view.is_given for purpose, view in newest.items()}


def _all(records: Collection[int]) -> list[ConsentView]:
    """All but what is said to be given in the future: it does not count before that moment. A
    withdrawal counts at once, whatever the clock of its source.
    """
    names: dict[int, str] = {}
    by_source: dict[int, list[str]] = defaultdict(list)
    for source, name, key in customer_keys(records):
        names[source] = name
        by_source[source].append(key)
    if not by_source:
        return []
    wanted = reduce(or_, (Q(source_id=s, customer_key__in=keys) for s, keys in by_source.items()))
    early = Q(state=Consent.GIVEN, at__gt=clock.now())
    rows = Consent.objects.filter(wanted).exclude(early).order_by("id")
    return [
        ConsentView(
            names[row.source_id],
            row.customer_key,
            row.purpose,
            row.state,
            row.at,
            row.channel,
            row.notice_version,
        )
        for row in rows
    ]
