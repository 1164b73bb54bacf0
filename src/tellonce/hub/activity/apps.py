from __future__ import annotations

from functools import partial

from django.apps import AppConfig

from tellonce.hub.activity import work
from tellonce.hub.core.late import late
from tellonce.hub.sources.contents import ACTIVITY_KINDS
from tellonce.hub.sources.loaders import register_loader


class ActivityConfig(AppConfig):
    """Says how each kind of activity is loaded, and when it is profiled."""

    name = "tellonce.hub.activity"

    def ready(self) -> None:
        load_activity = late("tellonce.hub.activity.services.load_activity")
        for kind in ACTIVITY_KINDS:
            register_loader([kind], partial(load_activity, kind=kind))
        work.register()
