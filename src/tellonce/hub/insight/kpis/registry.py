"""Every KPI: its definition, formula, unit and target, and what measures it."""

from __future__ import annotations

from tellonce.hub.core.errors import Unknown
from tellonce.hub.insight.kpis.accuracy import measure_accuracy, sampled_values
from tellonce.hub.insight.kpis.availability import measure_availability, outages
from tellonce.hub.insight.kpis.completeness import incomplete_customers, measure_completeness
from tellonce.hub.insight.kpis.correcting import (
    closed_corrections,
    measure_lead_time,
    measure_reopen_rate,
    reopened_corrections,
)
from tellonce.hub.insight.kpis.dimensions import (
    inconsistent_customers,
    invalid_records,
    measure_consistency,
    measure_timeliness,
    measure_validity,
    outdated_customers,
)
from tellonce.hub.insight.kpis.queues import measure_queue_age, waiting_queues
from tellonce.hub.insight.kpis.retrieval import measure_retrieval, slow_snapshots
from tellonce.hub.insight.kpis.satisfaction import (
    detractors,
    dissatisfied,
    measure_recommendation,
    measure_satisfaction,
)
from tellonce.hub.insight.kpis.uniqueness import doubtful_pairs, measure_uniqueness
from tellonce.hub.insight.types import DAYS, MILLISECONDS, POINTS, SHARE, Kpi

KPIS: tuple[Kpi, ...] = (
    Kpi(
        "accuracy",
        "Accuracy rate",
        SHARE,
        "more",
        0.97,
        180,
        "The share of golden values that are right, by people who know: values drawn at random are "
        "confirmed by stewards or by the customers themselves. A value that is well-formed is not "
        "thereby right.",
        "Per attribute, right / (right + wrong); over all, weighted by how many customers have the "
        "attribute (stratified sample). Interval: Wilson at Kish's effective sample size. Answers "
        "'unknown' and values that changed before they were answered are left out and counted.",
        measure_accuracy,
        sampled_values,
        "sampled values with their answers, those that were wrong first",
    ),
    Kpi(
        "completeness",
        "Completeness rate",
        SHARE,
        "more",
        0.9,
        0,
        "How much of what matters about a customer is filled in the golden records; which "
        "attributes matter is declared.",
        "Filled values of the attributes that matter / (living customers x those attributes). Part "
        "'all': customers who have every one of them / living customers.",
        measure_completeness,
        incomplete_customers,
        "customers that lack an attribute that matters, and which",
    ),
    Kpi(
        "validity",
        "Validity",
        SHARE,
        "more",
        0.98,
        30,
        "How often what was delivered, and what is held, met the declared rules of validity: "
        "formats, ranges, check digits. It says that values are well-formed, not that they are "
        "right.",
        "Judgements met / judgements of rules of the dimension validity, on arrival and in runs; "
        "empty fields and rules that could not run count neither way. One part per rule.",
        measure_validity,
        invalid_records,
        "records that fail a rule of validity now, the newest first",
    ),
    Kpi(
        "consistency",
        "Consistency",
        SHARE,
        "more",
        0.95,
        0,
        "The share of customers of whom the sources do not say different things about the same.",
        "Customers without an open disagreement of their sources / living customers. Part 'rules': "
        "judgements met of rules of the dimension consistency in the last day.",
        measure_consistency,
        inconsistent_customers,
        "customers whose sources disagree, and about what",
    ),
    Kpi(
        "timeliness",
        "Timeliness",
        SHARE,
        "more",
        0.9,
        0,
        "The share of values that are not stale: stated or confirmed recently enough for how fast "
        "values of their kind change.",
        "Values that are not stale / values of a kind that can go stale, by the decay of upkeep. "
        "One part per kind; part 'rules': judgements met of rules of timeliness in the last day.",
        measure_timeliness,
        outdated_customers,
        "customers with stale values, the most overdue first",
    ),
    Kpi(
        "uniqueness",
        "Uniqueness",
        SHARE,
        "more",
        0.98,
        0,
        "The share of customers that are expected not to be another customer over again.",
        "1 - sum of the match probabilities of pairs of customers that are kept apart / living "
        "customers. Of several record pairs between two customers the surest counts; pairs that "
        "people decided to be different do not. Interval: normal, from sum of p(1-p). Doubles that "
        "no blocking key proposes are not in it.",
        measure_uniqueness,
        doubtful_pairs,
        "pairs of customers that may be one, the most probable first",
    ),
    Kpi(
        "availability",
        "Availability",
        SHARE,
        "more",
        0.995,
        30,
        "The share of minutes in which the hub was ready to serve, since it was first watched.",
        "Minutes seen ready and never not ready / all minutes. A minute that nobody saw counts as "
        "down: what stops the hub stops what watches it. Part 'seen' leaves such gaps out. Workers "
        "and /readyz see; a planned stop is a gap like any other.",
        measure_availability,
        outages,
        "stretches of minutes that were not up: seen not ready, or not seen",
    ),
    Kpi(
        "retrieval-time",
        "Snapshot retrieval time",
        MILLISECONDS,
        "less",
        500,
        30,
        "How long people and programs waited for a snapshot: 95 of 100 waited at most so long.",
        "95th percentile (nearest rank) over all snapshots taken or served again, from the call to "
        "when everything is written, less the commit itself. Parts: p50, p95, p99.",
        measure_retrieval,
        slow_snapshots,
        "the slowest snapshots: when, and how long",
    ),
    Kpi(
        "satisfaction",
        "Customer satisfaction",
        SHARE,
        "more",
        0.8,
        90,
        "The share of customers' answers that say they are satisfied (CSAT), from surveys and from "
        "ratings of service cases.",
        "Answers in the upper boxes / answers: 4 and 5 of 5, 6 and 7 of 7, 8 to 10 of 10, 75 and "
        "more of 100. The scale of a question is told by its name, by 'x/y' or '%', else by its "
        "answers. Interval: Wilson. One part per question; questions with under 5 answers wait.",
        measure_satisfaction,
        dissatisfied,
        "answers that were not satisfied, the newest first",
    ),
    Kpi(
        "recommendation",
        "Net promoter score",
        POINTS,
        "more",
        30,
        90,
        "Whether customers would recommend the company (NPS), where they were asked so.",
        "100 x (answers 9 and 10 - answers 0 to 6) / answers, of questions named NPS or recommend.",
        measure_recommendation,
        detractors,
        "answers from 0 to 6, the newest first",
    ),
    Kpi(
        "correction-lead-time",
        "Correction lead time",
        DAYS,
        "less",
        5,
        90,
        "How long it takes from when something wrong is proposed to be corrected until the "
        "correction is closed, that is verified in the sources or kept over them.",
        "Median over the corrections closed in the time of closed - proposed. Parts: p90 (nearest "
        "rank), and the median of each severity.",
        measure_lead_time,
        closed_corrections,
        "closed corrections and the days each took",
    ),
    Kpi(
        "reopen-rate",
        "Reopen rate",
        SHARE,
        "less",
        0.05,
        90,
        "How many corrections come back wrong after they were closed, as by a stale delivery.",
        "Corrections reopened in the time / corrections closed or reopened in it. Interval: "
        "Wilson.",
        measure_reopen_rate,
        reopened_corrections,
        "corrections that came back wrong",
    ),
    Kpi(
        "queue-age",
        "Queue age",
        DAYS,
        "less",
        7,
        0,
        "How long what waits for a person has waited: doubtful matches, acts that need a second "
        "person, corrections to be reviewed, late tasks of giving back, rows in quarantine, "
        "sampled values.",
        "Now - when the oldest one began to wait (a late task: when it was due), over all queues; "
        "0 where nothing waits. One part per queue.",
        measure_queue_age,
        waiting_queues,
        "the queues, how many wait in each, and where it is worked on",
    ),
)
BY_NAME = {kpi.name: kpi for kpi in KPIS}


def kpi_named(name: str) -> Kpi:
    """The KPI of this name; raises `Unknown`."""
    if name not in BY_NAME:
        raise Unknown(f"There is no KPI '{name[:40]}'.", hint=f"Known: {', '.join(BY_NAME)}.")
    return BY_NAME[name]
