"""Later models: trained in the background, proposed with what they would change, adopted by a
person, and left again by adopting the former one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from django.db import transaction

from tellonce.hub.accounts.types import Actor
from tellonce.hub.audit.services import record_act
from tellonce.hub.audit.types import Act
from tellonce.hub.bridge.resolution import resolve_all
from tellonce.hub.bridge.types import Progress
from tellonce.hub.core.errors import Conflict, Failed
from tellonce.hub.customers.selectors import customer_of_every_record
from tellonce.hub.intake.resolving import active_documents, live_verdicts, resolve_everything
from tellonce.hub.intake.rules import rules_of_model, rules_to_train
from tellonce.hub.intake.stewards import check_steward
from tellonce.hub.intake.telling import Tally
from tellonce.hub.intake.turns import resolving
from tellonce.hub.intake.waiting import Versions
from tellonce.hub.intake.work import ADOPT, PROPOSE
from tellonce.hub.jobs.selectors import job_payload
from tellonce.hub.jobs.services import enqueue
from tellonce.hub.matching.held import (
    TRAINED,
    model_called,
    propose_model,
)
from tellonce.hub.matching.selectors import adopted_fingerprint
from tellonce.hub.matching.types import StoredModel


def request_proposal(*, by: Actor) -> None:
    """Have a model trained in the background on what the hub holds, and on what people decided."""
    check_steward(by, "model.propose")
    with transaction.atomic():
        enqueue(PROPOSE, {}, by.id, unique=PROPOSE, bulk=True)
        record_act(Act("model.propose", by.id))


def request_adoption(fingerprint: str, *, by: Actor) -> StoredModel:
    """Have all records resolved anew under a model, in the background; a former one too.

    `fingerprint`, or how it begins. Raises `Refused`, `Unknown`, and `Conflict` for the model that
    is in force.
    """
    check_steward(by, "model.adopt")
    found = model_called(fingerprint)
    if found.fingerprint == adopted_fingerprint():
        raise Conflict(f"The model {found.fingerprint[:12]} is in force.", hint="Nothing to do.")
    with transaction.atomic():
        job = enqueue(ADOPT, {"fingerprint": found.fingerprint}, by.id, unique=ADOPT, bulk=True)
        if job_payload(job)["fingerprint"] != found.fingerprint:
            raise Conflict(
                "Another model is about to be put in force.",
                hint=f"Wait until it is, or call it off: tellonce jobs cancel {job}",
            )
        record_act(Act("model.adopt", by.id, details={"model": found.fingerprint[:12]}))
    return found


def propose(progress: Progress) -> StoredModel:
    """Train a model, work out what it would change, and keep both. Nothing else is written."""
    used = Versions()
    found = resolve_all(
        active_documents(used), rules_to_train().resolution, live_verdicts(), progress
    )
    if not used:
        raise Failed("There is no record to train a model on.", hint="Load records first.")
    changes = changes_of(found.sets(), customer_of_every_record())
    with transaction.atomic():
        return propose_model(
            found.model, found.fingerprint, origin=TRAINED, records=len(used), changes=changes
        )


def adopt(fingerprint: str, actor: str, progress: Progress) -> Tally:
    """Put a model in force: at once for whatever is placed from then on, and for all that is held
    in short acts. Where that is cut short, whoever places next goes on.
    """
    with resolving(actor, bulk=True) as lease:
        if adopted_fingerprint() == fingerprint:
            return Tally()
        return resolve_everything(rules_of_model(model_called(fingerprint)), lease, progress)


def changes_of(sets: Iterable[frozenset[int]], customer: Mapping[int, int]) -> dict[str, int]:
    """What a partition of records would change about customers, in numbers.

    `customer`: record -> its customer now. `unchanged` keep exactly their records; `merged` would
    be no more, their records being another's; `split` would lose records to another; `moved` are
    records.
    """
    size = Counter(customer.values())
    parts: Counter[int] = Counter()
    after = unchanged = merged = moved = 0
    for members in sets:
        held = Counter(customer[record] for record in members if record in customer)
        after += 1
        parts.update(held.keys())
        if len(held) == 1 and size[next(iter(held))] == len(members):
            unchanged += 1
        merged += max(len(held) - 1, 0)
        moved += sum(held.values()) - max(held.values(), default=0)
    return {
        "customers_before": len(size),
        "customers_after": after,
        "unchanged": unchanged,
        "merged": merged,
        "split": sum(number > 1 for number in parts.values()),
        "moved": moved,
    }
