"""The OpenAPI document: what the framework finds, and what holds for every operation."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from tellonce.hub.accounts.types import SCOPES
from tellonce.hub.api.auth import Scoped
from tellonce.hub.api.problems import KINDS, MEDIA_TYPE

SCHEME = "clientCredentials"
TOKEN_URL = "/api/v1/oauth/token"  # noqa: S105  an address, not a secret

ALWAYS = (400, 401, 403, 404, 405, 413, 415, 422, 429, 500, 503)
"""Statuses of problems that any operation may answer with."""


class Contract(OpenAPISchema):
    """The framework's document with scopes, problems, and headers of every answer."""

    def operation_security(self, operation: Operation) -> list[dict[str, Any]] | None:
        """The scopes an operation asks for."""
        asked = [one for one in operation.auth_callbacks if isinstance(one, Scoped)]
        scopes = [scope for one in asked for scope in one.scopes]
        return [{SCHEME: scopes}] if scopes else None

    def responses(self, operation: Operation) -> dict[Any, Any]:
        """The answers of an operation, problems included."""
        found: dict[Any, Any] = super().responses(operation)
        for answer in found.values():
            answer["headers"] = {"X-Request-ID": {"$ref": "#/components/headers/RequestId"}}
        extra: Iterable[int] = getattr(operation.view_func, "problems", ())
        for status in sorted({*ALWAYS, *extra}):
            found.setdefault(status, {"$ref": f"#/components/responses/Problem{status}"})
        return found

    def get_components(self) -> dict[str, Any]:
        """Schemas, the problem documents, and how to get a token."""
        statuses = sorted({kind.status for kind in KINDS.values()})
        return {
            "schemas": {**self.schemas, "Problem": _PROBLEM},
            "responses": {f"Problem{status}": _problem_response(status) for status in statuses},
            "headers": {"RequestId": {"schema": {"type": "string"}, "description": "Name it."}},
            "securitySchemes": {
                SCHEME: {
                    "type": "oauth2",
                    "flows": {"clientCredentials": {"tokenUrl": TOKEN_URL, "scopes": SCOPES}},
                }
            },
        }


class Api(NinjaAPI):
    """The framework's API with the contract above."""

    def get_openapi_schema(
        self, *, path_prefix: str | None = None, path_params: dict[str, Any] | None = None
    ) -> Contract:
        """The document, worked out anew."""
        prefix = self.get_root_path(path_params or {}) if path_prefix is None else path_prefix
        return Contract(self, prefix)


def _problem_response(status: int) -> dict[str, Any]:
    kind, name = next((k, name) for name, k in KINDS.items() if k.status == status)
    example = {
        "type": f"/api/v1/docs#{name}",
        "title": kind.title,
        "status": status,
        "detail": "One sentence what is wrong.",
        "hint": kind.hint,
        "request_id": "0b7a...",
    }
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": kind.title,
        "content": {MEDIA_TYPE: {"schema": schema, "example": example}},
    }


_TEXT = {"type": "string"}
_PROBLEM: dict[str, Any] = {
    "type": "object",
    "title": "Problem",
    "description": "An RFC 9457 problem document: the one shape of every error.",
    "required": ["type", "title", "status", "detail", "hint", "request_id"],
    "properties": {
        "type": {**_TEXT, "description": "Address of the explanation of this kind of problem."},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": {**_TEXT, "description": "What is wrong this time."},
        "hint": {**_TEXT, "description": "What to do."},
        "request_id": _TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"field": _TEXT, "problem": _TEXT},
                "required": ["field", "problem"],
            },
        },
        "purposes": {"type": "array", "items": _TEXT},
        "version": {"type": "integer", "description": "The version that is current."},
    },
}
