"""`tellonce quality`: its commands, each in the module of its subject and imported with it."""

from __future__ import annotations

from tellonce.cli.quality_group import quality

__all__ = ["PARTS", "quality"]

PARTS = {
    "check": "tellonce.cli.quality_check",
    "explain": "tellonce.cli.quality_check",
    "schema": "tellonce.cli.quality_check",
    "failures": "tellonce.cli.quality_failures",
    "show": "tellonce.cli.quality_failures",
    "waive": "tellonce.cli.quality_failures",
    "kpis": "tellonce.cli.quality_kpis",
    "declare": "tellonce.cli.quality_kpis",
    "profile": "tellonce.cli.quality_profile",
    "report": "tellonce.cli.quality_report",
    "set": "tellonce.cli.quality_rules",
    "back": "tellonce.cli.quality_rules",
    "rules": "tellonce.cli.quality_rules",
    "history": "tellonce.cli.quality_rules",
    "run": "tellonce.cli.quality_rules",
    "sample": "tellonce.cli.quality_sample",
    "answer": "tellonce.cli.quality_sample",
    "suggest": "tellonce.cli.quality_suggest",
}
"""Command -> the module that hangs it on the group."""
