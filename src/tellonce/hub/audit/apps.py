"""Registers the audit's chain with the sequencer."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Table `audit_entries`."""

    name = "tellonce.hub.audit"

    def ready(self) -> None:
        from tellonce.hub.audit.chain import STREAM  # noqa: PLC0415
        from tellonce.hub.jobs.sequencer import register_stream  # noqa: PLC0415

        register_stream(
            STREAM,
            "tellonce.hub.audit.chain.number_entries",
            "tellonce.hub.audit.selectors.has_unnumbered",
        )
