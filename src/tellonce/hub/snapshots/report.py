"""A snapshot as one printable page: its own style, no script, everything escaped."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string

from tellonce.hub.snapshots.reading import readable
from tellonce.hub.snapshots.types import SealedSnapshot


def html_page(snapshot: SealedSnapshot, event: Mapping[str, Any] | None = None) -> str:
    """The snapshot as a self-contained HTML document; `event` is the P1624 that announced it."""
    context = {"snapshot": snapshot, "page": readable(snapshot), "event": event}
    return render_to_string("snapshots/snapshot.html", context)
