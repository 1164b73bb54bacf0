"""/healthz, /readyz and /metrics: for the machines that watch the hub.

They are answered before everything else: whatever host name the probe uses, without a redirect,
without a session, and without personal data.
"""

from __future__ import annotations

import hmac
import ipaddress
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from tellonce.hub import env
from tellonce.hub.health import readiness
from tellonce.hub.insight.services import note_ready
from tellonce.hub.observing.metrics import REGISTRY


def answer_probes(
    answer: Callable[[HttpRequest], HttpResponse],
) -> Callable[[HttpRequest], HttpResponse]:
    """Middleware: the three addresses, and nothing else."""
    probes = {"/healthz": alive, "/readyz": ready, "/metrics": metrics}

    def middleware(request: HttpRequest) -> HttpResponse:
        probe = probes.get(request.path_info)
        if probe is None:
            return answer(request)
        if request.method not in ("GET", "HEAD"):
            return HttpResponse(status=405, headers={"Allow": "GET, HEAD"})
        request.route = request.path_info  # type: ignore[attr-defined]
        response = probe(request)
        response.headers["Cache-Control"] = "no-store"
        return response

    return middleware


def alive(request: HttpRequest) -> HttpResponse:
    """200 for as long as the process answers at all."""
    return JsonResponse({"status": "alive"})


def ready(request: HttpRequest) -> HttpResponse:
    """200 when requests can be served and work gets done; 503 with what is missing."""
    found = readiness()
    good = all(one.ok for one in found)
    note_ready([one.name for one in found if not one.ok])
    checks = {one.name: {"ok": one.ok, "says": one.sentence} for one in found}
    return JsonResponse({"ready": good, "checks": checks}, status=200 if good else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """The figures, in Prometheus' text format; 403 for strangers."""
    if not may_read_metrics(request):
        return HttpResponse(
            "Metrics are for this machine, or with TELLONCE_METRICS_TOKEN as a Bearer token.\n",
            status=403,
            content_type="text/plain",
        )
    return HttpResponse(generate_latest(REGISTRY), content_type=CONTENT_TYPE_PLAIN_0_0_4)


def may_read_metrics(request: HttpRequest) -> bool:
    """With the token where one is set; without one, from this machine only."""
    token = env.read("TELLONCE_METRICS_TOKEN")
    if token:
        given = request.headers.get("Authorization", "").removeprefix("Bearer ")
        return hmac.compare_digest(given.encode(), token.encode())
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
