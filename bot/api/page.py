"""A page that shows the API's description to people: plain HTML, no script, nothing from afar."""

import json
import re
from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from bot.api.problem_codes import ADVICE

Json = Mapping[str, Any]

_STYLE = """
:root { color-scheme: light dark; --line: #8884; --soft: #8882; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; }
h2 { border-top: 1px solid var(--line); margin-top: 2.5rem; padding-top: 1.5rem; }
h3 { margin: 2rem 0 .5rem; }
code, pre { background: var(--soft); border-radius: 4px; font-size: .9em; padding: .1em .3em; }
pre { overflow-x: auto; padding: .8em; }
.table { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-bottom: 1px solid var(--line); padding: .35em .6em; text-align: left;
  vertical-align: top; }
"""
_NAMED = re.compile(r"`([^`]+)`")
_METHODS = ("get", "post", "patch")
_GUIDE = {
    "Tokens": "Send <code>Authorization: Bearer TOKEN</code>. <code>make token</code> makes one; "
    "each is for one workspace, and may read, or read and write.",
    "Examples": "In the examples <code>$URL</code> is the bot's address, such as "
    "<code>http://127.0.0.1:8080</code>, and people and tasks are made up.",
    "Repeats": "Send an <code>Idempotency-Key</code> with every write. The same key and body gets "
    "the same answer and has one effect, for a week; the header <code>Idempotency-Status</code> "
    "says <code>new</code>, <code>replayed</code>, or <code>none</code> if there was no key.",
    "Answers": "201: it exists. 202: it is saved, and <code>done</code> says whether it has been "
    "carried out; if not, <code>location</code> shows what comes of it. People are named by Slack "
    "id, e-mail address, or our id, and every write is made in somebody's name.",
    "Pages": "Lists end with <code>next_cursor</code>: send it as <code>cursor</code> for what "
    "follows. Tasks are in the order of their numbers, which never change.",
}


def render_page(description: Json) -> str:
    """The whole page."""
    info = description["info"]
    schemas = description["components"]["schemas"]
    sections = [
        *(f"<h3>{name}</h3><p>{text}</p>" for name, text in _GUIDE.items()),
        "<h2>Operations</h2>",
        *(_operation(*each, schemas) for each in _operations(description)),
        "<h2>Models</h2>",
        *(_model(name, schema) for name, schema in schemas.items()),
        "<h2>Problems</h2><p>Every answer that is no success has this shape (RFC 9457).</p>",
        _table(
            ("code", "what to do"),
            ((f'<code id="{code}">{code}</code>', escape(what)) for code, what in ADVICE.items()),
        ),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(info['title'])} API</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(info['title'])} API</h1><p>{escape(info['description'])} "
        '<a href="/api/openapi.json">openapi.json</a></p>'
        f"{''.join(sections)}</body></html>"
    )


def _operations(description: Json) -> Iterable[tuple[str, str, Json]]:
    for path, methods in description["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield method.upper(), path, methods[method]


def _operation(method: str, path: str, operation: Json, schemas: Json) -> str:
    body = _body(operation, schemas)
    parts = [
        f'<h3 id="{escape(operation["operationId"])}"><code>{method} {escape(path)}</code></h3>',
        f"<p>{escape(operation['summary'])}</p>",
        _parameters(operation["parameters"]),
        _fields(body) if body else "",
        f"<pre>{escape(_example(method, path, operation, body))}</pre>",
        _table(("status", "answer"), map(_answer, operation["responses"].items())),
    ]
    return "".join(parts)


def _body(operation: Json, schemas: Json) -> Json | None:
    if "requestBody" not in operation:
        return None
    schema: Json = operation["requestBody"]["content"]["application/json"]["schema"]
    return _resolved(schema, schemas)


def _resolved(schema: Json, schemas: Json) -> Json:
    found: Json = schemas[_name(schema)]
    return found


def _parameters(parameters: Iterable[Json]) -> str:
    rows = [
        (
            f"<code>{escape(parameter['name'])}</code>",
            escape(parameter["in"]),
            _type(parameter["schema"]),
            _prose(parameter.get("description", "")),
        )
        for parameter in parameters
    ]
    return _table(("parameter", "in", "type", ""), rows) if rows else ""


def _fields(schema: Json) -> str:
    required = schema.get("required", ())
    rows = [
        (
            f"<code>{escape(name)}</code>" + ("" if name in required else " (optional)"),
            _type(field),
            _prose(_described(field)),
        )
        for name, field in schema.get("properties", {}).items()
    ]
    return _table(("field", "type", ""), rows) if rows else ""


def _model(name: str, schema: Json) -> str:
    about = _prose(_described(schema))
    values = "" if "properties" in schema else f"<p>{_type(schema)}</p>"
    heading = f'<h3 id="{escape(name)}">{escape(name)}</h3>'
    return f"{heading}<p>{about}</p>{values}{_fields(schema)}"


def _described(field: Json) -> str:
    """What is said of a field, or of the one kind that it may be of besides null."""
    kinds = field.get("anyOf", [])
    own = field.get("description") or next(
        (kind["description"] for kind in kinds if "description" in kind), ""
    )
    return str(own)


def _prose(text: str) -> str:
    """Text in which names stand between backticks."""
    return _NAMED.sub(r"<code>\1</code>", escape(text))


def _type(schema: Json) -> str:
    """What a value may be, in words and limits."""
    if "anyOf" in schema:
        return " or ".join(_type(kind) for kind in schema["anyOf"])
    if "$ref" in schema:
        name = escape(_name(schema))
        return f'<a href="#{name}">{name}</a>'
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        return ", ".join(f"<code>{escape(str(value))}</code>" for value in values)
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'])}"
    limits = [
        f"{words} {schema[limit]}"
        for limit, words in (
            ("minimum", "from"),
            ("maximum", "to"),
            ("maxLength", "length up to"),
            ("default", "default"),
        )
        if schema.get(limit) not in (None, "")
    ]
    kind = schema.get("format") or schema.get("type", "any")
    return escape(", ".join([kind, *limits]))


def _answer(answer: tuple[str, Json]) -> tuple[str, str]:
    status, described = answer
    (content,) = described["content"].values()
    return status, f"{escape(described['description'])}: {_type(content['schema'])}"


def _example(method: str, path: str, operation: Json, body: Json | None) -> str:
    """A request that a newcomer can paste, with what is required."""
    address = path.replace("{task}", "T-42").replace("{workflow}", "WORKFLOW_ID")
    lines = [
        f"curl -X {method} $URL{address}",
        '-H "Authorization: Bearer $TOKEN"',
    ]
    if body is not None:
        fields = body.get("properties", {})
        made_up = {name: _sample(name, fields[name]) for name in body.get("required", ())}
        sample = body.get("examples", [made_up])[0]
        lines += [
            f"-H 'Idempotency-Key: {operation['operationId']}-1'",
            "-H 'Content-Type: application/json'",
            f"-d '{json.dumps(sample)}'",
        ]
    return " \\\n  ".join(lines)


def _sample(name: str, field: Json) -> object:
    return field.get("examples", [name])[0]


def _name(schema: Json) -> str:
    reference: str = schema["$ref"]
    return reference.rpartition("/")[2]


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    header = "".join(f"<th>{name}</th>" for name in head)
    body = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f'<div class="table"><table><thead><tr>{header}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )
