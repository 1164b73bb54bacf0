"""GET /docs: the OpenAPI document as one page, made on the server, without any script."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.openapi.docs import DocsBase

from tellonce.hub.accounts.types import SCOPES
from tellonce.hub.api.problems import KINDS

_DEPTH = 3


class DocumentationPage(DocsBase):
    """The page that the framework shows at `docs_url`."""

    def render_page(self, request: HttpRequest, api: NinjaAPI, **kwargs: Any) -> HttpResponse:
        """Every operation with what it takes and answers, scopes and problems."""
        schema = api.get_openapi_schema(path_params=kwargs)
        context = {
            "title": schema["info"]["title"],
            "operations": list(_operations(schema)),
            "scopes": SCOPES.items(),
            "kinds": KINDS.items(),
        }
        return render(request, "api/docs.html", context)


@require_safe
def docs_style(request: HttpRequest) -> HttpResponse:
    """The page's own style sheet, since nothing inline is allowed."""
    return HttpResponse(render_to_string("api/docs.css"), content_type="text/css")


def _operations(schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path, methods in schema["paths"].items():
        for method, one in methods.items():
            body = one.get("requestBody", {}).get("content", {})
            yield {
                "method": method.upper(),
                "path": path,
                "anchor": one["operationId"],
                "summary": one["summary"],
                "description": one.get("description", ""),
                "scopes": [s for kind in one.get("security", []) for v in kind.values() for s in v],
                "parameters": one["parameters"],
                "body": _example(next(iter(body.values()), {}).get("schema", {}), schema),
                "answers": list(_answers(one["responses"], schema)),
            }


def _answers(responses: Mapping[Any, Any], schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for status, answer in responses.items():
        if "$ref" not in answer:
            content = next(iter(answer.get("content", {}).values()), {})
            text = _example(content.get("schema", {}), schema)
            yield {"status": status, "description": answer["description"], "example": text}


def _example(described: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    """An example as JSON text; '' where the schema has nothing to show."""
    found = _value(described, schema, _DEPTH)
    return "" if found is None else json.dumps(found, ensure_ascii=False, indent=2)


def _value(described: Mapping[str, Any], schema: Mapping[str, Any], depth: int) -> Any:
    if "$ref" in described:
        name = described["$ref"].rpartition("/")[2]
        return _value(schema["components"]["schemas"][name], schema, depth)
    if "examples" in described:
        return described["examples"][0]
    if "properties" in described and depth:
        return {
            name: _value(inner, schema, depth - 1)
            for name, inner in described["properties"].items()
        }
    for choice in described.get("anyOf", ()):
        return _value(choice, schema, depth)
    if described.get("type") == "array" and depth:
        return [_value(described.get("items", {}), schema, depth - 1)]
    return described.get("default", described.get("type"))
