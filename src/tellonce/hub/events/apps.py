"""Registers the feed with the sequencer and with those who follow it."""

from __future__ import annotations

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """Table `events`."""

    name = "tellonce.hub.events"

    def ready(self) -> None:
        from tellonce.hub.events.feed import STREAM, number_events  # noqa: PLC0415
        from tellonce.hub.events.selectors import events_after, has_unnumbered  # noqa: PLC0415
        from tellonce.hub.jobs.registry import register_feed  # noqa: PLC0415
        from tellonce.hub.jobs.sequencer import register_stream  # noqa: PLC0415

        register_stream(STREAM, number_events, has_unnumbered)
        register_feed(events_after)
