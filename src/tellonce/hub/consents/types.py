"""Frozen values that may leave the app."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ConsentView:
    """The latest word of one (source, customer key) on one purpose: given or withdrawn."""

    source: str
    customer_key: str
    purpose: str
    state: str
    at: datetime
    channel: str
    notice_version: str

    @property
    def is_given(self) -> bool:
        """Whether the permission holds now."""
        return self.state == "given"


@dataclass(frozen=True, slots=True)
class ArrivedConsent:
    """One usable row of a delivery of consents."""

    customer_key: str
    purpose: str
    state: str
    at: datetime
    channel: str
    notice_version: str
