"""Describes the types of a JSON schema in words."""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from bot.api.page_parts import code, link, named, prose, table

Json = Mapping[str, Any]

LIMITS: Mapping[str, str] = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "maxLength": "at most {} characters",
    "pattern": "matching {}",
}
_SPELLED_OUT = 12
"""A model with more values is linked instead of spelled out."""


def type_of(schema: Json, schemas: Json) -> str:
    """The type of a value, its limits, and its default."""
    default = schema.get("default")
    kind = _kind(schema, schemas)
    return kind if default in (None, "") else f"{kind}, {code(default)} if left out"


def fields_of(schema: Json, schemas: Json) -> str:
    """A table of a model's fields."""
    required = schema.get("required", ())
    rows = [
        (
            named(name, "required") if name in required else named(name),
            type_of(field, schemas),
            prose(_described(field)),
        )
        for name, field in schema.get("properties", {}).items()
    ]
    return table(("field", "type", "meaning"), rows)


def values_of(schema: Json) -> str:
    """The values of a model that has no fields."""
    return ", ".join(map(code, schema.get("enum", ())))


def name_of(reference: str) -> str:
    """The name of the model that a `$ref` refers to."""
    return reference.rpartition("/")[2]


def resolve(schema: Json, schemas: Json) -> Json:
    """The schema itself, or the one that it refers to."""
    found: Json = schemas[name_of(schema["$ref"])] if "$ref" in schema else schema
    return found


def _kind(schema: Json, schemas: Json) -> str:
    match schema:
        case {"anyOf": kinds}:
            return " or ".join(_kind(kind, schemas) for kind in kinds)
        case {"$ref": reference}:
            return _model(name_of(reference), schemas)
        case {"enum": _}:
            return values_of(schema)
        case {"const": value}:
            return code(value)
        case {"type": "array", "items": items}:
            return f"list of {_kind(items, schemas)}"
    kind = schema.get("format") or schema.get("type", "anything")
    return ", ".join([escape(kind), *_limits(schema)])


def _model(name: str, schemas: Json) -> str:
    values: Sequence[str] = schemas[name].get("enum", ())
    linked = link(name, escape(name))
    is_short = 0 < len(values) <= _SPELLED_OUT
    return f"{linked} ({values_of(schemas[name])})" if is_short else linked


def _limits(schema: Json) -> list[str]:
    return [words.format(code(schema[limit])) for limit, words in LIMITS.items() if limit in schema]


def _described(field: Json) -> str:
    """The description of a field or of its type other than null."""
    kinds = [field, *field.get("anyOf", ())]
    return next((kind["description"] for kind in kinds if "description" in kind), "")
