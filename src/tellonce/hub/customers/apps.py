"""Registers who keeps the households."""

from __future__ import annotations

from django.apps import AppConfig

from tellonce.hub.jobs.registry import register_consumer


class CustomersConfig(AppConfig):
    """Tables of customers, their memberships, golden versions, redirects and households."""

    name = "tellonce.hub.customers"

    def ready(self) -> None:
        register_consumer(
            "households",
            "tellonce.hub.customers.households.follow_customers",
            "tellonce.hub.customers.households.look_at_events",
        )
