"""Reads."""

from __future__ import annotations

from tellonce.hub.audit.chain import first_break
from tellonce.hub.audit.models import AuditEntry

__all__ = ["entry_count", "first_break", "has_unnumbered"]


def entry_count() -> int:
    """How many acts the audit holds."""
    return AuditEntry.objects.count()


def has_unnumbered() -> bool:
    """Whether an entry waits for its number."""
    return AuditEntry.objects.filter(number__isnull=True).exists()
