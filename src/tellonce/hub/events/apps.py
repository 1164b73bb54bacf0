"""Registers the feed with the sequencer and with those who follow it: the webhooks."""

from __future__ import annotations

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """Tables `events`, `webhook_endpoints`, `webhook_secrets`, `webhook_deliveries`."""

    name = "tellonce.hub.events"

    def ready(self) -> None:
        from tellonce.hub.events.feed import STREAM, number_events  # noqa: PLC0415
        from tellonce.hub.events.selectors import events_after, has_unnumbered  # noqa: PLC0415
        from tellonce.hub.events.webhooks import delivering, queueing  # noqa: PLC0415
        from tellonce.hub.jobs import registry  # noqa: PLC0415
        from tellonce.hub.jobs.sequencer import register_stream  # noqa: PLC0415

        register_stream(STREAM, number_events, has_unnumbered)
        registry.register_feed(events_after)
        registry.register_consumer("webhooks", queueing.queue_deliveries)
        registry.register_pulse("webhooks", queueing.enqueue_due)
        registry.register_handler(
            queueing.DELIVER, delivering.deliver_to_endpoint, outward=True, kept=False
        )
        registry.register_handler(queueing.PURGE, queueing.purge_deliveries)
        registry.register_recurring(queueing.PURGE, "every 6h", queueing.PURGE)
