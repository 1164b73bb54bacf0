"""The background work of this app: the kinds of its jobs, and who does them."""

from __future__ import annotations

from tellonce.hub.jobs.registry import register_handler

FETCH = "source.fetch"
"""A source is fetched."""


def register() -> None:
    """Tell the workers."""
    register_handler(FETCH, "tellonce.hub.sources.jobs.fetch", attempts=3)
