"""Registers the feed with the sequencer and with those who follow it: the webhooks."""

from __future__ import annotations

from django.apps import AppConfig

from tellonce.hub.events import work


class EventsConfig(AppConfig):
    """Tables `events`, `feeds`, `webhook_endpoints`, `webhook_secrets`, `webhook_deliveries`."""

    name = "tellonce.hub.events"

    def ready(self) -> None:
        from tellonce.hub.events.feed import STREAM  # noqa: PLC0415
        from tellonce.hub.jobs.sequencer import register_stream  # noqa: PLC0415

        register_stream(
            STREAM,
            "tellonce.hub.events.feed.number_events",
            "tellonce.hub.events.selectors.has_unnumbered",
        )
        work.register()
