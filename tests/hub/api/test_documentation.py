"""The OpenAPI document, and the page made of it."""

from __future__ import annotations

from typing import Any

from django.test import Client

from tellonce.hub.accounts.types import SCOPES
from tests.hub.api.calling import MEMBERS


def contract() -> dict[str, Any]:
    found: dict[str, Any] = Client().get("/api/v1/openapi.json").json()
    return found


def operations() -> dict[str, Any]:
    return {
        f"{method.upper()} {path}": one
        for path, methods in contract()["paths"].items()
        for method, one in methods.items()
    }


def test_the_document_is_openapi_3_1_and_names_scopes_and_the_token_s_address() -> None:
    found = contract()
    assert found["openapi"].startswith("3.1")
    flow = found["components"]["securitySchemes"]["clientCredentials"]["flows"]
    assert flow["clientCredentials"]["scopes"] == SCOPES
    assert flow["clientCredentials"]["tokenUrl"] in found["paths"]
    assert set(found["components"]["schemas"]["Problem"]["required"]) == MEMBERS


def test_each_operation_says_what_it_does_needs_and_may_answer() -> None:
    for name, one in operations().items():
        assert one["summary"], name
        assert one["description"], name
        statuses = set(one["responses"])
        assert {"400", "401", "403", "404", "422", "429", "500", "503"} <= statuses, name
        if "/oauth/" not in name:
            ((scope,),) = (kind.values() for kind in one["security"])
            assert scope, name
            assert set(scope) <= set(SCOPES), name


def test_an_operation_that_takes_two_scopes_names_both() -> None:
    (asked,) = contract()["paths"]["/api/v1/webhooks"]["post"]["security"]
    assert list(asked.values()) == [["webhooks:write", "changes:read"]]


def test_what_is_sent_and_what_comes_back_has_an_example() -> None:
    schemas = contract()["components"]["schemas"]
    for name, one in operations().items():
        for content in one.get("requestBody", {}).get("content", {}).values():
            text = str(content)
            named = content["schema"].get("$ref", "").rpartition("/")[2]
            assert "examples" in text or "examples" in str(schemas.get(named)), name


def test_the_page_shows_every_operation_under_a_policy_without_scripts() -> None:
    answer = Client().get("/api/v1/docs")
    page = answer.content.decode()
    assert "<script" not in page
    assert " style=" not in page
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    for name in operations():
        assert f"<code>{name}</code>" in page
    style = Client().get("/api/v1/docs.css")
    assert style.headers["Content-Type"].startswith("text/css")
