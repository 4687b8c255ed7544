"""Makes example requests for the shell from the API's description."""

import json
import shlex
from collections.abc import Mapping
from typing import Any

from bot.api.page_types import resolve

Json = Mapping[str, Any]


def curl(method: str, path: str, operation: Json, body: Json | None, schemas: Json) -> str:
    """A curl command that sends the required fields to `$URL` with `$TOKEN`."""
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
    """The path with each name replaced by its example or, without one, by its capitals."""
    for parameter in operation["parameters"]:
        name = parameter["name"]
        example = parameter["schema"].get("examples", [name.upper()])[0]
        path = path.replace(f"{{{name}}}", example)
    return path


def _sample(name: str, schema: Json, schemas: Json) -> object:
    """A valid value: the schema's example, or a model's required fields, or the field's name."""
    known = resolve(schema, schemas)
    match known:
        case {"examples": [example, *_]} | {"enum": [example, *_]} | {"const": example}:
            return example
        case {"properties": fields}:
            required = known.get("required", ())
            return {each: _sample(each, fields[each], schemas) for each in required}
    return name
