"""Every detector: the trouble it knows, and how it tells it from what is usual."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tellonce.hub.core.errors import Unknown
from tellonce.hub.insight.alerts import alert_named
from tellonce.hub.insight.troubles.consent import missing_consents
from tellonce.hub.insight.troubles.deletions import held_deletions
from tellonce.hub.insight.troubles.drifts import changed_fills, new_formats
from tellonce.hub.insight.troubles.merging import its_records, overgrown_customers
from tellonce.hub.insight.troubles.quarantine import quarantine_surges
from tellonce.hub.insight.troubles.refusals import repeated_refusals
from tellonce.hub.insight.troubles.sharing import (
    shared_addresses,
    shared_contacts,
    who_lives_there,
    who_shares,
)
from tellonce.hub.insight.troubles.silence import silent_sources
from tellonce.hub.insight.troubles.slowness import slow_snapshots
from tellonce.hub.insight.troubles.volume import changed_volumes
from tellonce.hub.insight.types import Asked, Evidence, Trouble
from tellonce.rules.nearest import did_you_mean


@dataclass(frozen=True)
class Detector:
    """A known trouble. `tells`: how it is told from what is usual. `find` reads only, and so does
    `evidence`, which gives the many things that an alert of this key is about; None: its details
    say all.
    """

    name: str
    title: str
    tells: str
    find: Callable[[], list[Trouble]]
    evidence: Callable[[str, Asked], Evidence] | None = None


DETECTORS: tuple[Detector, ...] = (
    Detector(
        "source-silent",
        "A source is silent or late",
        "With a schedule: no good end half a period, and at least an hour, after it was due. "
        "Without one: silent half as long again as its longest usual pause, learnt from 15 days "
        "and 5 days of deliveries on.",
        silent_sources,
    ),
    Detector(
        "volume-change",
        "A source brings many more or fewer rows",
        "The last day of deliveries differs from the median day (of the same weekday, where there "
        "are four) 2.5-fold, by 20 rows and four robust deviations, and from the extremes by half.",
        changed_volumes,
    ),
    Detector(
        "fill-change",
        "A field is filled far less, or more, often",
        "The newest profile of a source against that of a month before: its fill rate moved by 5 "
        "points, beyond chance, or it is gone.",
        changed_fills,
    ),
    Detector(
        "new-format",
        "A field comes in a new format",
        "The newest profile of a source against that of a month before: 2 % of the values have a "
        "format that was not there, beyond chance, or are of another kind.",
        new_formats,
    ),
    Detector(
        "quarantine-surge",
        "Many rows go to quarantine",
        "Of the last day of rows at least 10 and 2 %, and surely (95 %) over three times the share "
        "of all runs before; of a first delivery 1 of 20 is thought usual.",
        quarantine_surges,
    ),
    Detector(
        "held-deletions",
        "Deletions wait for a person",
        "A full file lacked more records than its source's guard lets go by themselves; it lasts "
        "until they are approved, arrive again or another full file is loaded.",
        held_deletions,
    ),
    Detector(
        "over-merging",
        "A customer grows beyond reason",
        "At least 8 records, and a size that under 0.01 customers of the hub are expected to reach "
        "by the fall-off of sizes; graver where its records say several names and birth dates.",
        overgrown_customers,
        its_records,
    ),
    Detector(
        "shared-contact",
        "Many identities on one e-mail, phone or identifier",
        "At least 5 customers of 4 family names, and more than under 0.01 of what is shared is "
        "expected to reach.",
        shared_contacts,
        who_shares,
    ),
    Detector(
        "shared-address",
        "Many identities at one address",
        "At least 8 customers of 6 family names, and more than under 0.01 of the addresses are "
        "expected to reach.",
        shared_addresses,
        who_lives_there,
    ),
    Detector(
        "repeated-refusals",
        "Permission is denied repeatedly",
        "10 refusals of one actor in a day (30 look-ups in vain), and three times what is usual "
        "with it in the 14 days before.",
        repeated_refusals,
    ),
    Detector(
        "slow-snapshots",
        "Snapshots are slow",
        "The 95th percentile of the last hour (of the last day, where there were under 10) is "
        "above twice the target, or above 200 ms and four times that of the 14 days before.",
        slow_snapshots,
    ),
    Detector(
        "consent-missing",
        "Consent is missing for a purpose in use",
        "Customers who were addressed for a purpose in the last 30 days and whose consent to it is "
        "not known, or was withdrawn before, at least 5 and 1 % of those looked at.",
        missing_consents,
    ),
)
BY_NAME = {one.name: one for one in DETECTORS}


def alert_evidence(public_id: str, asked: Asked) -> Evidence:
    """What an alert is about, as it is now; raises `Unknown`, `WrongCall` for no cursor."""
    alert = alert_named(public_id)
    evidence = detector_named(alert.kind).evidence
    return evidence(alert.key, asked) if evidence else Evidence()


def detector_named(name: str) -> Detector:
    """The detector of this name; raises `Unknown`."""
    if name not in BY_NAME:
        hint = did_you_mean(name, BY_NAME, "Known are")
        raise Unknown(f"There is no detector '{name[:40]}'.", hint=hint)
    return BY_NAME[name]
