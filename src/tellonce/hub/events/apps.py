"""Registers the feed with the sequencer."""

from __future__ import annotations

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """Table `events`."""

    name = "tellonce.hub.events"

    def ready(self) -> None:
        from tellonce.hub.events.feed import STREAM, number_events  # noqa: PLC0415
        from tellonce.hub.jobs.sequencer import register_stream  # noqa: PLC0415

        register_stream(STREAM, number_events)
