"""What answers at which address."""

from __future__ import annotations

from django.urls import path

from tellonce.hub.api.urls import api_urls
from tellonce.hub.pages import status_page, stylesheet

urlpatterns = [
    path("", status_page, name="status"),
    path("status.css", stylesheet, name="stylesheet"),
    *api_urls(),
]
