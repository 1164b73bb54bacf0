"""The addresses of the API: one router a subject."""

from __future__ import annotations

from django.http import Http404
from django.urls import URLPattern, URLResolver, path
from ninja.errors import HttpError, ValidationError

from tellonce.hub.api import (
    alerts,
    corrections,
    customers,
    decisions,
    feed,
    kpis,
    profiles,
    quality,
    quarantine,
    records,
    reviews,
    samples,
    snapshots,
    tokens,
    upkeep,
    webhooks,
)
from tellonce.hub.api.boundary import answered
from tellonce.hub.api.contract import Api
from tellonce.hub.api.documentation import DocumentationPage, docs_style
from tellonce.hub.api.parsing import JsonParser
from tellonce.hub.api.routes import only_known_parameters, patient

ROUTERS = (
    ("/oauth", tokens.router),
    ("", records.router),
    ("", decisions.router),
    ("/customers", upkeep.customers_router),
    ("/customers", customers.router),
    ("", upkeep.router),
    ("/reviews", reviews.router),
    ("/corrections", corrections.router),
    ("/snapshots", snapshots.router),
    ("/changes", feed.router),
    ("/quality", quality.router),
    ("/quarantine", quarantine.router),
    ("/webhooks", webhooks.router),
    ("/quality/kpis", kpis.router),
    ("/quality/sample", samples.router),
    ("/alerts", alerts.router),
    ("/quality", profiles.router),
)


def made_api() -> Api:
    """The API with all its routers and one handler for whatever goes wrong."""
    api = Api(
        title="Tellonce",
        version="1",
        urls_namespace="api",
        docs=DocumentationPage(),
        parser=JsonParser(),
        description="A customer master: records in, customers out, each value with its source.",
    )
    api.add_decorator(only_known_parameters, mode="view")
    api.add_decorator(patient)
    for prefix, router in ROUTERS:
        api.add_router(prefix, router)
    for kind in (Exception, Http404, HttpError, ValidationError):
        api.add_exception_handler(kind, answered)
    return api


def api_urls() -> list[URLPattern | URLResolver]:
    """For the hub's own list of addresses."""
    return [path("api/v1/docs.css", docs_style), path("api/v1/", made_api().urls)]
