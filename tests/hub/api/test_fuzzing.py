"""Whatever is sent: no mistake of the hub, and no answer that the OpenAPI document does not name.

Schemathesis makes requests of the document, right ones and wrong ones, and calls the hub in
process. A few of each in every run; `make drill` makes hundreds.
"""

from __future__ import annotations

import io
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from urllib3 import HTTPResponse

from tellonce.hub.api.limits import forget
from tests.hub.api.calling import Caller, a_caller
from tests.hub.delivering import ANNA, OTTO, a_source, load

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
Operation = tuple[str, str]


def document() -> dict[str, Any]:
    """The OpenAPI document, made without a database."""
    from tellonce.hub.api.urls import made_api

    return dict(made_api().get_openapi_schema(path_prefix="/api/v1/"))


def operations() -> list[Operation]:
    return [
        (method.upper(), path)
        for path, methods in document()["paths"].items()
        for method in methods
    ]


@pytest.fixture
def fuzzed(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Caller:
    """A hub that holds something, and a client that may do everything; nobody waits for news."""
    monkeypatch.setattr("tellonce.hub.api.feed._waiting", threading.Semaphore(0))
    a_source()
    load(tmp_path / "crm.csv", [ANNA, OTTO])
    return a_caller()


def fuzz(operation: Operation, caller: Caller, examples: int) -> None:
    method, path = operation
    tried = schemathesis.openapi.from_dict(document())[path][method]
    modes = [tried.as_strategy(generation_mode=mode) for mode in GenerationMode]

    @given(case=st.one_of(modes))
    @settings(max_examples=examples, suppress_health_check=list(HealthCheck), database=None)
    def run(case: Any) -> None:
        forget()
        case.validate_response(answer_to(case, caller.token), checks=CHECKS)

    run()


def answer_to(case: Any, token: str) -> requests.Response:
    """What the hub answers, in the form in which Schemathesis judges it."""
    asked = requests.Request(**case.as_transport_kwargs(base_url="http://testserver")).prepare()
    headers = dict(asked.headers) | {"Authorization": f"Bearer {token}"}
    headers.pop("Content-Length", None)
    kind = headers.pop("Content-Type", "")
    body = asked.body if isinstance(asked.body, bytes) else (asked.body or "").encode()
    url = (asked.url or "").removeprefix("http://testserver")
    given = Client(raise_request_exception=False).generic(
        asked.method or "GET", url, body, kind, headers=headers
    )
    answer = requests.Response()
    answer.status_code, answer._content = given.status_code, given.content
    answer.headers.update(given.headers)
    answer.request, answer.url = asked, asked.url or ""
    answer.elapsed = timedelta(0)
    answer.raw = HTTPResponse(body=io.BytesIO(given.content), headers=dict(given.headers))
    return answer


@pytest.mark.parametrize("operation", operations(), ids=" ".join)
def test_no_request_makes_a_mistake(operation: Operation, fuzzed: Caller) -> None:
    fuzz(operation, fuzzed, 15)


@pytest.mark.drill
@pytest.mark.parametrize("operation", operations(), ids=" ".join)
def test_no_request_of_hundreds_makes_a_mistake(operation: Operation, fuzzed: Caller) -> None:
    fuzz(operation, fuzzed, 500)
