"""Registers who keeps the households."""

from __future__ import annotations

from django.apps import AppConfig


class CustomersConfig(AppConfig):
    """Tables of customers, their memberships, golden versions, redirects and households."""

    name = "tellonce.hub.customers"

    def ready(self) -> None:
        from tellonce.hub.customers.households import (  # noqa: PLC0415
            follow_customers,
            look_at_events,
        )
        from tellonce.hub.jobs.registry import register_consumer  # noqa: PLC0415

        register_consumer("households", follow_customers, look_at_events)
