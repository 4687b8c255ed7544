"""Renders the API's description as a plain HTML page without scripts or external files."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from bot.api.page_examples import curl
from bot.api.page_parts import code, heading, link, named, paragraphs, prose, table
from bot.api.page_types import fields_of, name_of, resolve, type_of, values_of
from bot.api.problem_codes import ADVICE

Json = Mapping[str, Any]

_STYLE = """
:root { color-scheme: light dark; --text: #1d1c1d; --paper: #fff; --quiet: #616061;
  --line: #ddd; --soft: #f4f4f4; --accent: #0b5cad; --mark: #fff3c4; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e8e8e8; --paper: #16181c; --quiet: #a5a8ad; --line: #33373d;
    --soft: #22262b; --accent: #7db8f7; --mark: #4a4012; }
}
body { background: var(--paper); color: var(--text); font: 16px/1.5 system-ui, sans-serif;
  margin: 0 auto; max-width: 60rem; overflow-wrap: break-word; padding: 1rem; }
a { color: var(--accent); }
h2 { border-top: 1px solid var(--line); margin-top: 3rem; padding-top: 1.5rem; }
h3 { margin: 2.5rem 0 .5rem; }
h4 { color: var(--quiet); font-size: .9rem; margin: 1.25rem 0 .25rem; }
code, pre { background: var(--soft); border-radius: 4px;
  font: .9em/1.5 ui-monospace, monospace; overflow-wrap: anywhere; padding: .1em .25em; }
pre { overflow-x: auto; overflow-wrap: normal; padding: .8em; }
nav ul { list-style: none; padding: 0; }
nav li { margin: .3rem 0; }
table { border-collapse: collapse; width: 100%; }
th { color: var(--quiet); font-size: .85rem; font-weight: 600; }
th, td { border-bottom: 1px solid var(--line); padding: .4em 1em .4em 0; text-align: left;
  vertical-align: top; }
summary { cursor: pointer; margin-top: .5rem; }
td code { display: inline-block; }
td:first-child code { white-space: nowrap; }
small { color: var(--quiet); }
[id] { scroll-margin-top: 1rem; }
:target, :target code { background: var(--mark); }
@media (max-width: 40rem) {
  thead { display: none; }
  table, tbody, tr, td { display: block; }
  tr { border-bottom: 1px solid var(--line); padding: .4em 0; }
  td { border: 0; padding: .1em 0; }
  td:empty { display: none; }
}
"""
_METHODS = ("get", "post", "patch")
_GUIDE = {
    "Tokens": "Send `Authorization: Bearer TOKEN`. `make token NAME=ci TEAM=T012AB3CD "
    "ACCESS=write` prints a token and its entry for `API_TOKENS`. A token is for one workspace, "
    "and may read, or read and write. `make run` saves a token for the sandbox in "
    "`.relai/api-token`.",
    "Examples": "In the examples `$URL` is the bot's address, such as `http://127.0.0.1:8080`, and "
    "`$TOKEN` is your token. Replace the people and tasks by your own. Name people by Slack id, "
    "e-mail address, or our id. Write moments with their offset, such as "
    "`2030-01-31T17:00:00+01:00`.",
    "Repeats": "Send an `Idempotency-Key` with every write, and a new key for each new request. "
    "For a week, a request with the same key and body gets the same answer and has one effect. "
    "The header `Idempotency-Status` says `new`, `replayed`, or `none` if there was no key.",
    "Answers": "201: the task exists. 202: the request is saved. If the answer has `done`, it is "
    "true once the request has been carried out. `location` is the address of the result.",
    "Pages": "Lists end with `next_cursor`: send it as `cursor` to get the next page. On the last "
    "page it is null. `limit` is the size of a page. Tasks are in the order of their numbers, "
    "which never change.",
    "Errors": "Every answer that is not a success is `application/problem+json` (RFC 9457). "
    "Programs should compare `code`, which never changes, and show people `detail`. `field` names "
    "the wrong field. `type` links to advice, in the table of problems below.",
}


def render_page(description: Json) -> str:
    """The whole page."""
    title = f"{escape(description['info']['title'])} API"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body><header><h1>{title}</h1>"
        f"{paragraphs(description['info']['description'])}"
        '<p>For programs: <a href="/api/openapi.json">openapi.json</a></p></header>'
        f"{_contents(description)}<main>{_sections(description)}</main></body></html>"
    )


def _contents(description: Json) -> str:
    operations = [
        f"{link(operation['operationId'], code(f'{method} {path}'))} {prose(operation['summary'])}"
        for method, path, operation in _operations(description)
    ]
    items = [
        link("guide", "How to call it"),
        *operations,
        link("models", "Models"),
        link("problems", "Problems"),
    ]
    return f"<nav><ul>{''.join(f'<li>{item}</li>' for item in items)}</ul></nav>"


def _sections(description: Json) -> str:
    schemas = description["components"]["schemas"]
    sections = [
        heading(2, "How to call it", "guide"),
        *(heading(3, name) + paragraphs(text) for name, text in _GUIDE.items()),
        heading(2, "Operations"),
        *(_operation(*each, schemas) for each in _operations(description)),
        heading(2, "Models", "models"),
        *(_model(name, schema, schemas) for name, schema in schemas.items()),
        heading(2, "Problems", "problems"),
        _problems(),
    ]
    return "".join(sections)


def _operations(description: Json) -> Iterable[tuple[str, str, Json]]:
    for path, methods in description["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield method.upper(), path, methods[method]


def _operation(method: str, path: str, operation: Json, schemas: Json) -> str:
    body = _body(operation)
    parts = [
        heading(3, code(f"{method} {path}"), operation["operationId"]),
        paragraphs(operation["summary"]),
        _parameters(operation["parameters"], schemas),
        _taken(body, schemas) if body else "",
        heading(4, "Example"),
        f"<pre>{escape(curl(method, path, operation, body, schemas))}</pre>",
        _answers(operation["responses"], schemas),
    ]
    return "".join(parts)


def _body(operation: Json) -> Json | None:
    if "requestBody" not in operation:
        return None
    schema: Json = operation["requestBody"]["content"]["application/json"]["schema"]
    return schema


def _parameters(parameters: Iterable[Json], schemas: Json) -> str:
    rows = [
        (
            named(parameter["name"], parameter["in"], *_duty(parameter)),
            type_of(parameter["schema"], schemas),
            prose(parameter.get("description", "")),
        )
        for parameter in parameters
    ]
    title = heading(4, "Parameters") if rows else ""
    return title + table(("parameter", "type", "meaning"), rows)


def _duty(parameter: Json) -> tuple[str, ...]:
    return ("required",) if parameter.get("required") else ()


def _taken(body: Json, schemas: Json) -> str:
    name = name_of(body["$ref"])
    model = resolve(body, schemas)
    about = paragraphs(model.get("description", ""))
    return heading(4, f"Body: {link(name, escape(name))}") + about + fields_of(model, schemas)


def _answers(responses: Json, schemas: Json) -> str:
    """The successful answers, and the problems in a folded section."""
    good = {status: answer for status, answer in responses.items() if status < "400"}
    bad = {status: answer for status, answer in responses.items() if status >= "400"}
    return (
        f"{heading(4, 'Answers')}{_statuses(good, schemas)}"
        f"<details><summary>Problems: {escape(', '.join(bad))}</summary>"
        f"{_statuses(bad, schemas)}</details>"
    )


def _statuses(responses: Json, schemas: Json) -> str:
    rows = [
        (
            escape(f"{status} {answer['description']}"),
            " or ".join(type_of(content["schema"], schemas) for content in _contents_of(answer)),
            ", ".join(map(code, answer.get("headers", ()))),
        )
        for status, answer in responses.items()
    ]
    return table(("status", "body", "headers"), rows)


def _contents_of(answer: Json) -> Iterable[Json]:
    contents: Mapping[str, Json] = answer["content"]
    return contents.values()


def _model(name: str, schema: Json, schemas: Json) -> str:
    values = values_of(schema)
    return (
        heading(3, escape(name), name)
        + paragraphs(schema.get("description", ""))
        + (f"<p>{values}</p>" if values else "")
        + fields_of(schema, schemas)
    )


def _problems() -> str:
    rows = [
        (
            f'<code id="{escape(problem)}">{escape(problem)}</code>',
            str(advice.status),
            prose(advice.what_to_do),
        )
        for problem, advice in ADVICE.items()
    ]
    return table(("code", "status", "what to do"), rows)
