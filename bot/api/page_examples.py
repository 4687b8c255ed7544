"""Requests that a newcomer can paste into a shell, made from the description."""

import json
import shlex
from collections.abc import Mapping
from typing import Any

from bot.api.page_types import resolve

Json = Mapping[str, Any]


def curl(method: str, path: str, operation: Json, body: Json | None, schemas: Json) -> str:
    """A command that sends what is required, to `$URL` with `$TOKEN`."""
    lines = [
        f"curl -X {method} $URL{_address(path, operation)}",
        '-H "Authorization: Bearer $TOKEN"',
    ]
    if body is not None:
        lines += [
            f'-H "Idempotency-Key: {operation["operationId"]}-$(date +%s)"',
            "-H 'Content-Type: application/json'",
            f"-d {shlex.quote(json.dumps(_sample('', body, schemas)))}",
        ]
    return " \\\n  ".join(lines)


def _address(path: str, operation: Json) -> str:
    """The path with an example in place of each name, or else the name in capitals."""
    for parameter in operation["parameters"]:
        name = parameter["name"]
        example = parameter["schema"].get("examples", [name.upper()])[0]
        path = path.replace(f"{{{name}}}", example)
    return path


def _sample(name: str, schema: Json, schemas: Json) -> object:
    """A value that fits: its example, or what a model requires, or else the field's name."""
    known = resolve(schema, schemas)
    match known:
        case {"examples": [example, *_]} | {"enum": [example, *_]} | {"const": example}:
            return example
        case {"properties": fields}:
            required = known.get("required", ())
            return {each: _sample(each, fields[each], schemas) for each in required}
    return name
