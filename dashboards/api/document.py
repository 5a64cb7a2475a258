"""The OpenAPI document, finished: what every call has in common is said in one place, not with each.

Here: refusals as problem details, ETags and 304, the Link of a list's next part, and how one signs in. Not
here: what each call takes and answers, which stands with it.
"""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from dashboards.api.refusal import KINDS, MEDIA_TYPE, Refusal
from dashboards.visit import CALLS
from rules.wording.problems import title_of_problem

OPEN = ("/api/v1/receipts/",)
"""What nobody signs in for."""
_METHODS = ("get", "put", "post", "patch", "delete")
_REFUSAL = {"$ref": "#/components/schemas/Refusal"}
_ALWAYS = (401, 404, 405, 429, 500, 503)


def finish(app: FastAPI) -> None:
    """The application's document is the finished one from now on."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = finished(
                get_openapi(title=app.title, version=app.version, routes=app.routes)
            )
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def finished(document: dict[str, Any]) -> dict[str, Any]:
    schemas = document["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    shape = Refusal.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(shape.pop("$defs", {}))
    schemas.setdefault("Refusal", shape)
    document["info"]["description"] = (
        "docs/api.md says how to get a token, and what all calls have in common."
    )
    document["components"]["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "Of an integration"},
        "session": {"type": "apiKey", "in": "cookie", "name": "vaka_session", "description": "Of a person"},
    }
    for path, method, call in _calls(document):
        if not path.startswith(CALLS):
            continue
        if not path.startswith(OPEN):
            call["security"] = [{"token": []}, {"session": []}]
        _say_refusals(call, method)
        _say_headers(call, method)
    return document


def _calls(document: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, calls in document["paths"].items():
        for method in _METHODS:
            if method in calls:
                yield path, method, calls[method]


def _say_refusals(call: dict[str, Any], method: str) -> None:
    answers = call["responses"]
    takes_something = "requestBody" in call or any(
        one["in"] in ("path", "query", "header") for one in call.get("parameters", ())
    )
    if not takes_something:
        answers.pop("422", None)
    statuses = [*_ALWAYS, *((403,) if method != "get" else ()), *((422,) if takes_something else ())]
    for status in statuses:
        answers.setdefault(str(status), {"description": ""})
    if "requestBody" in call:
        answers.setdefault("400", {"description": ""})
    for status, answer in answers.items():
        if status.isdigit() and int(status) >= 400:
            said = answer.get("content", {}).get("application/json", {}).get("schema", _REFUSAL)
            if said.get("$ref", "").endswith("HTTPValidationError"):
                said = _REFUSAL
            answer["content"] = {MEDIA_TYPE: {"schema": said}}
            kind = KINDS.get(int(status))
            if kind is not None and answer.get("description") in ("", HTTPStatus(int(status)).phrase):
                answer["description"] = title_of_problem(kind, "en")
    text = "In so many seconds it is heard again"
    answers["429"]["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": text}}
    call["responses"] = dict(sorted(answers.items()))


def _say_headers(call: dict[str, Any], method: str) -> None:
    if method != "get":
        return
    for status, answer in call["responses"].items():
        if status == "200":
            headers = answer.setdefault("headers", {})
            headers["ETag"] = {"schema": {"type": "string"}, "description": "For If-None-Match"}
            if any(one["name"] == "after" for one in call.get("parameters", ())):
                text = "The next part: rel=next; absent where there is no more"
                headers["Link"] = {"schema": {"type": "string"}, "description": text}
    call["responses"]["304"] = {"description": "It is what the caller has, by If-None-Match"}
    call["responses"] = dict(sorted(call["responses"].items()))
