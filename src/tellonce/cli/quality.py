"""`tellonce quality`: its commands, each in the module of its subject."""

from __future__ import annotations

from tellonce.cli import (
    quality_check,
    quality_failures,
    quality_held,
    quality_kpis,
    quality_profile,
    quality_report,
    quality_rules,
    quality_sample,
    quality_suggest,
)
from tellonce.cli.quality_group import quality

__all__ = [
    "quality",
    "quality_check",
    "quality_failures",
    "quality_held",
    "quality_kpis",
    "quality_profile",
    "quality_report",
    "quality_rules",
    "quality_sample",
    "quality_suggest",
]
