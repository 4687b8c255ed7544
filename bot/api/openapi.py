"""Makes the API's description (OpenAPI 3.1) from the declarations of its operations."""

from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from bot.api.operations import Operation
from bot.api.problems import CONTENT_TYPE, ProblemDetails
from bot.api.repeats import KEY_PATTERN

Json = dict[str, Any]

_REF = "#/components/schemas/{model}"
_ALWAYS = (401, 403, 422, 429, 500, 503)
_NAMED = (404,)
_WRITES = (400, 408, 409, 413, 415)
_NAMES: Mapping[str, Json] = {
    "task": {
        "description": "A task's id, or its T-number.",
        "pattern": r"^([Tt]-?[1-9][0-9]{0,8}|T[A-Z0-9]+-[0-9a-f]+)$",
        "examples": ["T-42"],
    },
    "workflow": {
        "description": "A workflow id, as `workflow_id` in answers.",
        "pattern": r"^(task|relay|onboarding)-T[A-Z0-9]+-[0-9A-Za-z]+$",
    },
}
_KEY = {
    "name": "Idempotency-Key",
    "in": "header",
    "description": "For a week, the same key and body get the same answer and have one effect.",
    "schema": {"type": "string", "pattern": KEY_PATTERN},
}
_STATUS_HEADER = {
    "description": "`new`; `replayed` for a repeat; or `none` without a key.",
    "schema": {"enum": ["none", "new", "replayed"]},
}
_LOCATION_HEADER = {"description": "The address of the result.", "schema": {"type": "string"}}
_CHALLENGE_HEADER = {"description": "The scheme for sending a token.", "schema": {"type": "string"}}
_RETRY_HEADER = {"description": "Seconds to wait.", "schema": {"type": "string"}}


def describe(operations: Sequence[Operation[Any]]) -> Json:
    """Make the whole description."""
    models = {model for operation in operations for model in operation.gives.values()}
    bodies = {operation.takes for operation in operations if operation.is_write}
    _, definitions = models_json_schema(
        [
            *((body, "validation") for body in _sorted(bodies)),
            *((model, "serialization") for model in _sorted({*models, ProblemDetails})),
        ],
        ref_template=_REF,
    )
    paths: Json = {}
    for operation in operations:
        path = paths.setdefault(f"/api{operation.path}", {})
        path[operation.method.lower()] = _operation(operation, operations)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "RelAI",
            "version": "1",
            "description": "Create, hand over and follow tasks. Every write is made in a person's "
            "name and attributed to the token in the task's trail.",
        },
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "schemas": definitions["$defs"],
        },
    }


def _sorted(models: Iterable[type[BaseModel]]) -> list[type[BaseModel]]:
    return sorted(models, key=lambda model: model.__name__)


def _operation(operation: Operation[Any], others: Sequence[Operation[Any]]) -> Json:
    described: Json = {
        "operationId": operation.id,
        "summary": operation.summary,
        "parameters": _parameters(operation),
        "responses": _responses(operation, others),
    }
    if operation.is_write:
        fields = operation.takes.model_fields.values()
        described["requestBody"] = {
            "required": any(field.is_required() for field in fields),
            "content": {"application/json": {"schema": _ref(operation.takes)}},
        }
    return described


def _parameters(operation: Operation[Any]) -> list[Json]:
    named = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "description": about["description"],
            "schema": {"type": "string", **_without(about, "description")},
        }
        for name, about in _NAMES.items()
        if f"{{{name}}}" in operation.path
    ]
    return [*named, *([_KEY] if operation.is_write else _query(operation.takes))]


def _query(model: type[BaseModel]) -> list[Json]:
    """A model's fields as query parameters. Null is removed: a query leaves a field out instead."""
    schema = model.model_json_schema(ref_template=_REF)
    definitions = schema.get("$defs", {})
    return [
        {
            "name": name,
            "in": "query",
            "description": field.get("description") or _kind(field).get("description", ""),
            "schema": _not_null(field, definitions),
        }
        for name, field in schema.get("properties", {}).items()
    ]


def _not_null(field: Json, definitions: Json) -> Json:
    kind = _kind(field)
    if "$ref" in kind:
        kind = definitions[kind["$ref"].rpartition("/")[2]]
    default = {"default": field["default"]} if field.get("default") is not None else {}
    return _without(kind, "title", "description", "default") | default


def _kind(field: Json) -> Json:
    """The schema of a field's type other than null."""
    kinds: list[Json] = field.get("anyOf", [field])
    return next(kind for kind in kinds if kind.get("type") != "null")


def _responses(operation: Operation[Any], others: Sequence[Operation[Any]]) -> Json:
    problems = {
        *_ALWAYS,
        *(_NAMED if "{" in operation.path else ()),
        *(_WRITES if operation.is_write else ()),
    }
    return {
        **{
            str(status): _success(operation, status, model, others)
            for status, model in operation.gives.items()
        },
        **{str(status): _problem(status) for status in sorted(problems)},
    }


def _success(
    operation: Operation[Any],
    status: int,
    model: type[BaseModel],
    others: Sequence[Operation[Any]],
) -> Json:
    described: Json = {
        "description": HTTPStatus(status).phrase,
        "content": {"application/json": {"schema": _ref(model)}},
    }
    if operation.is_write:
        described["headers"] = {
            "Idempotency-Status": _STATUS_HEADER,
            "Location": _LOCATION_HEADER,
        }
    links = {
        other.id: _link(other, operation.links[other.id])
        for other in others
        if other.id in operation.links
    }
    return described | ({"links": links} if links else {})


def _link(to: Operation[Any], field: str) -> Json:
    name = next(name for name in _NAMES if f"{{{name}}}" in to.path)
    return {"operationId": to.id, "parameters": {name: f"$response.body#/{field}"}}


def _problem(status: int) -> Json:
    described: Json = {
        "description": HTTPStatus(status).phrase,
        "content": {CONTENT_TYPE: {"schema": _ref(ProblemDetails)}},
    }
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        described["headers"] = {"Retry-After": _RETRY_HEADER}
    if status == HTTPStatus.UNAUTHORIZED:
        described["headers"] = {"WWW-Authenticate": _CHALLENGE_HEADER}
    return described


def _ref(model: type[BaseModel]) -> Json:
    return {"$ref": _REF.format(model=model.__name__)}


def _without(schema: Mapping[str, Any], *names: str) -> Json:
    return {name: value for name, value in schema.items() if name not in names}
