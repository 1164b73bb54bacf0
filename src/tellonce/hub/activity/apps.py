from __future__ import annotations

from functools import partial

from django.apps import AppConfig


class ActivityConfig(AppConfig):
    """Says how each kind of activity is loaded."""

    name = "tellonce.hub.activity"

    def ready(self) -> None:
        from tellonce.hub.activity.services import load_activity  # noqa: PLC0415
        from tellonce.hub.sources.contents import ACTIVITY_KINDS  # noqa: PLC0415
        from tellonce.hub.sources.loaders import register_loader  # noqa: PLC0415

        for kind in ACTIVITY_KINDS:
            register_loader([kind], partial(load_activity, kind=kind))
