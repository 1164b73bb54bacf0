"""Reads: how current customers are, and what was found about them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from tellonce.hub.accounts.types import Actor
from tellonce.hub.core import clock
from tellonce.hub.core.errors import Unknown, WrongCall
from tellonce.hub.customers.periods import EPOCH, act
from tellonce.hub.customers.selectors import customer_counts, customers_numbered
from tellonce.hub.policy.seeing import NOTHING, at_best, sees, withheld
from tellonce.hub.policy.types import Answer
from tellonce.hub.sources.selectors import record_names
from tellonce.hub.upkeep.declared import policy_in_force
from tellonce.hub.upkeep.models import ClaimedKey, Finding, Freshness
from tellonce.hub.upkeep.types import (
    Aged,
    Consistency,
    FindingPage,
    FindingView,
    Policy,
    StaleCustomer,
    StalePage,
    Timeliness,
)
from tellonce.rules.decay import score_at

MOST = 500
_MOST_OTHERS = 20
_DAY = 86_400.0
KINDS = (Finding.DISAGREEMENT, Finding.SHARED, Finding.STALE)
STATES = (Finding.OPEN, Finding.GONE)


def ages_of(customer: int, version: int) -> dict[str, Aged]:
    """Unit -> how current it is now, of a customer (row id) whose golden record has this version;
    empty where that version is not worked out yet.
    """
    policy, now = policy_in_force(), clock.now()
    rows = Freshness.objects.filter(customer_id=customer, version=version)
    return {row.unit: aged(row, policy, now) for row in rows}


def stale_customers(*, limit: int = 50, cursor: str = "", unit: str = "") -> StalePage:
    """Customers with values that are due, the most overdue first: what matters more is due earlier.

    `unit`: only those whose value of it is stale, and by it. Raises `WrongCall` for a cursor that
    is none.
    """
    policy, now = policy_in_force(), clock.now()
    rows = Freshness.objects.filter(due_at__lte=now)
    rows = rows.filter(unit=unit) if unit else rows.filter(leads=True)
    if cursor:
        due, last = _position(cursor)
        rows = rows.filter(Q(due_at__gt=due) | Q(due_at=due, customer_id__gt=last))
    limit = max(1, min(limit, MOST))
    found = list(rows.order_by("due_at", "customer_id")[: limit + 1])
    shown = found[:limit]
    ids = [row.customer_id for row in shown]
    public, values = customers_numbered(ids), _stale_values(ids, policy, now)
    page = tuple(
        StaleCustomer(public[row.customer_id].public_id, row.due_at, values[row.customer_id])
        for row in shown
        if row.customer_id in public
    )
    last_row = shown[-1] if len(found) > limit else None
    after = f"{act(last_row.due_at)}:{last_row.customer_id}" if last_row else ""
    return StalePage(page, after)


def stale_counts() -> dict[str, int]:
    """Unit -> customers whose value of it is stale now; units without any are left out."""
    rows = Freshness.objects.filter(stale_at__lte=clock.now()).values("unit")
    return dict(rows.annotate(n=Count("*")).order_by("unit").values_list("unit", "n"))


def timeliness() -> tuple[Timeliness, ...]:
    """Per unit that can go stale: customers with a value of it, and those whose is not stale."""
    rows = Freshness.objects.values("unit").annotate(n=Count("*")).order_by("unit")
    stale = stale_counts()
    return tuple(
        Timeliness(unit, n, n - stale.get(unit, 0)) for unit, n in rows.values_list("unit", "n")
    )


def consistency() -> Consistency:
    """How many customers there are, and how many have no open disagreement of their sources."""
    open_ones = Finding.objects.filter(kind=Finding.DISAGREEMENT, state=Finding.OPEN)
    customers = customer_counts()["customers"]
    disagreeing = open_ones.values("customer_id").distinct().count()
    return Consistency(customers, customers - disagreeing, Freshness.objects.exists())


def finding_counts() -> dict[str, int]:
    """Kind -> findings that are open."""
    rows = Finding.objects.filter(state=Finding.OPEN).values("kind").annotate(n=Count("id"))
    return dict(rows.order_by("kind").values_list("kind", "n"))


def open_findings(
    *,
    kind: str = "",
    customer: str = "",
    limit: int = 50,
    cursor: str = "",
    by: Actor | None = None,
) -> FindingPage:
    """`findings` that are open."""
    asked = {"kind": kind, "customer": customer, "cursor": cursor}
    return findings(state=Finding.OPEN, limit=limit, by=by, **asked)


def findings(
    *,
    state: str = "",
    kind: str = "",
    customer: str = "",
    limit: int = 50,
    cursor: str = "",
    by: Actor | None = None,
) -> FindingPage:
    """What was found about customers as a whole, the newest first; "" means all.

    `customer` is a public id. `by` None: the hub itself asks; of somebody else what is found about
    attributes that he does not see is left out, and counted. Raises `WrongCall` for a state, kind
    or cursor that is none.
    """
    rows = Finding.objects.order_by("-id")
    for name, value, known in (("state", state, STATES), ("kind", kind, KINDS)):
        if value and value not in known:
            raise WrongCall(
                f"There is no {name} {value!r}.", hint=f"Say one of {', '.join(known)}."
            )
        rows = rows.filter(**{name: value}) if value else rows
    if customer:
        rows = rows.filter(customer__public_id=customer)
    kept = NOTHING
    if by is not None:
        unseen = _unseen(by)
        counted = rows.filter(unseen, kind=Finding.STALE)  # the others compare values
        kept, rows = withheld(counted.count(), by), rows.exclude(unseen)
    if cursor:
        if not cursor.isdecimal():
            raise WrongCall("This is no cursor.", hint="Give the one of the page before.")
        rows = rows.filter(id__lt=int(cursor))
    limit = max(1, min(limit, MOST))
    found = list(rows.select_related("customer")[: limit + 1])
    shown = found[:limit]
    following = str(shown[-1].pk) if len(found) > limit else ""
    return FindingPage(tuple(_views(shown)), following, kept)


def _unseen(by: Actor) -> Q:
    """Findings about what `by` does not see; of what is merely out of date a mask is enough, while
    the others compare values, one of which may be of his own making.
    """
    units = list(Finding.objects.order_by().values_list("unit", flat=True).distinct())
    hidden = [unit for unit in units if at_best(by, unit) is Answer.DENY]
    unseen = [unit for unit in units if not sees(by, unit)]
    return Q(unit__in=hidden) | (Q(unit__in=unseen) & ~Q(kind=Finding.STALE))


def finding_named(public_id: str) -> FindingView:
    """One finding; raises `Unknown`."""
    row = Finding.objects.select_related("customer").filter(public_id=public_id).first()
    if row is None:
        raise Unknown(
            f"There is no finding {public_id!r}.", hint="See them by `tellonce upkeep findings`."
        )
    return _views([row])[0]


def aged(row: Freshness, policy: Policy, now: datetime) -> Aged:
    """A stored row as it is now."""
    age = (now - row.stated_at).total_seconds() / _DAY
    score = score_at(policy.decay.half_life(row.unit), age, row.support)
    importance = policy.decay.importance(row.unit)
    stale = row.stale_at is not None and row.stale_at <= now
    return Aged(
        row.unit, row.stated_at, row.confirmed_at, round(score, 1), stale, row.stale_at, importance
    )


def _stale_values(
    customers: Collection[int], policy: Policy, now: datetime
) -> dict[int, tuple[Aged, ...]]:
    found: dict[int, list[Freshness]] = {}
    rows = Freshness.objects.filter(customer_id__in=customers, stale_at__lte=now)
    for row in rows.order_by("customer_id", "due_at", "unit"):
        found.setdefault(row.customer_id, []).append(row)
    return {one: tuple(aged(row, policy, now) for row in found.get(one, ())) for one in customers}


def _position(cursor: str) -> tuple[datetime, int]:
    moment, _, customer = cursor.partition(":")
    try:
        return EPOCH + timedelta(microseconds=int(moment)), int(customer)
    except (ValueError, OverflowError):
        raise WrongCall("This is no cursor.", hint="Give the one of the page before.") from None


def _views(rows: Iterable[Finding]) -> list[FindingView]:
    found = list(rows)
    records = {
        record
        for row in found
        for side in row.detail.get("sides", ())
        for record in side["records"]
    }
    names = record_names(records)
    others = _sharing([row for row in found if row.kind == Finding.SHARED])
    return [_view(row, names, others) for row in found]


def _view(
    row: Finding, names: dict[int, tuple[str, str]], others: dict[str, list[str]]
) -> FindingView:
    detail: dict[str, Any] = {}
    if row.kind == Finding.DISAGREEMENT:
        detail["sides"] = [
            {
                "records": [":".join(names[one]) for one in side["records"] if one in names],
                "said_at": side["said_at"],
            }
            for side in row.detail.get("sides", ())
        ]
    if row.kind == Finding.SHARED:
        sharing = [one for one in others.get(row.key, ()) if one != row.customer.public_id]
        detail = {"customers": sharing[:_MOST_OTHERS], "others": len(sharing)}
    return FindingView(
        row.public_id,
        row.customer.public_id,
        row.kind,
        row.unit,
        row.rule,
        row.rule_version,
        row.severity,
        row.dimension,
        row.owner,
        row.state,
        _sentence(row, detail),
        detail,
        row.since,
        row.opened_at,
        row.gone_at,
    )


def _sentence(row: Finding, detail: dict[str, Any]) -> str:
    unit = row.unit.replace("_", " ")
    if row.kind == Finding.DISAGREEMENT:
        sides = [side["records"][0] for side in detail["sides"] if side["records"]]
        newer = f"; the newest is {sides[0]}" if sides else ""
        return f"The sources say different things of the {unit}{newer}."
    if row.kind == Finding.SHARED:
        return f"Another customer has the same {unit}, which none should share."
    return f"The {unit} should be fresh, and is out of date."


def _sharing(rows: Collection[Finding]) -> dict[str, list[str]]:
    keys = {row.key for row in rows}
    hashes = {int.from_bytes(bytes.fromhex(key), "big", signed=True): key for key in keys}
    held = ClaimedKey.objects.filter(hash__in=hashes).order_by("customer_id")
    found: dict[str, list[str]] = {}
    for key, customer in held.values_list("hash", "customer__public_id"):
        found.setdefault(hashes[key], []).append(customer)
    return found
