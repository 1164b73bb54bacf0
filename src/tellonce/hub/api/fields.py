"""Fields that several requests share."""

from __future__ import annotations

from typing import Literal

from ninja import Schema
from pydantic import Field, model_validator

from tellonce.hub.policy.seeing import WHY as WHY
from tellonce.hub.policy.types import PURPOSES, SECTIONS, TRIGGERS

Purpose = Literal[PURPOSES]  # the vocabulary of policy, not a second list of it
Trigger = Literal[TRIGGERS]
Section = Literal[SECTIONS]
WAYS = ("customer", "record", "email", "phone")


class Withheld(Schema):
    """Lines that are left out, since no purpose of this client shows what they are about."""

    lines: int | None = Field(
        description="Null: fewer than 5, or none; what compares values is not counted."
    )
    why: str

    model_config = {
        "json_schema_extra": {
            "examples": [
                {
                    "lines": None,
                    "why": WHY,
                }
            ]
        }
    }


class Identified(Schema):
    """Exactly one way to say which customer is meant."""

    customer: str | None = Field(None, min_length=1, max_length=36, description="cus_...")
    record: str | None = Field(
        None, min_length=3, max_length=400, description="SOURCE:ID, such as crm:17."
    )
    email: str | None = Field(None, min_length=3, max_length=254, description="A complete one.")
    phone: str | None = Field(None, min_length=3, max_length=60, description="A complete one.")

    @model_validator(mode="after")
    def _one_way(self) -> Identified:
        if sum(getattr(self, way) is not None for way in WAYS) != 1:
            raise ValueError(f"Name exactly one of {', '.join(WAYS)}")
        return self
