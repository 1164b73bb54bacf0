"""How Splink is set up for each labelled set: one file a family of sets, the settings as data."""

from __future__ import annotations

from collections.abc import Collection

from . import (
    cdc,
    census,
    child_care,
    fake,
    febrl,
    general,
    names,
    patstat,
    pseudopeople,
    senzing,
    shiw,
    transactions,
    voters,
)
from .plan import Plan

FAMILIES = {
    "febrl1": febrl,
    "febrl2": febrl,
    "febrl3": febrl,
    "febrl_zingg20k": febrl,
    "fake_1000": fake,
    "fake_20000": fake,
    "pseudopeople": pseudopeople,
    "ncvr_5party": voters,
    "census": census,
    "early_childhood_sites": child_care,
    "patstat_applicants": patstat,
    "senzing_truthset": senzing,
    "shiw_italy": shiw,
    "cdc_recordlinker": cdc,
    "splink_transactions": transactions,
    "name_pairs": names,
}


def plans_for(labelled: str, columns: Collection[str]) -> tuple[Plan, ...]:
    """The plans of a set, called FOLDER or FOLDER/FILE, that has these columns.

    A folder nobody wrote settings for gets those that follow from its column names.
    """
    family = FAMILIES.get(labelled.split("/")[0])
    return family.PLANS if family else general.plans(columns)
