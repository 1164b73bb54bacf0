"""The background work of this app: the kinds of its jobs, and who does them."""

from __future__ import annotations

from tellonce.hub.jobs import registry

DELIVER, PURGE = "webhooks.deliver", "webhooks.purge"
_WEBHOOKS = "tellonce.hub.events.webhooks"


def register() -> None:
    """Tell the workers, and say what the feed is."""
    registry.register_feed("tellonce.hub.events.selectors.events_after")
    registry.register_consumer("webhooks", f"{_WEBHOOKS}.queueing.queue_deliveries")
    registry.register_pulse("webhooks", f"{_WEBHOOKS}.queueing.enqueue_due")
    registry.register_handler(
        DELIVER, f"{_WEBHOOKS}.delivering.deliver_to_endpoint", outward=True, kept=False
    )
    registry.register_handler(PURGE, f"{_WEBHOOKS}.queueing.purge_deliveries")
    registry.register_recurring(PURGE, "every 6h", PURGE)
