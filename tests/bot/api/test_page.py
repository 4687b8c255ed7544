"""The API page: valid HTML, complete, and without dead links."""

import html
import json
import re
import shlex
from html.parser import HTMLParser

import pytest

from bot.api.page import render_page
from bot.api.page_examples import curl
from bot.api.page_types import LIMITS, type_of
from bot.api.problem_codes import ADVICE, ProblemCode
from bot.api.problems import problem_of
from relai_core.domain.decisions import ChangeRefusedError, RefusalReason
from relai_core.domain.ids import SlackUserId
from tests.bot.api.api_harness import ApiHarness, Json
from tests.relai_core.builders import a_task

HEADING = re.compile(r"h([1-6])")
EXAMPLE = re.compile(r"curl -X (POST|PATCH) \$URL(\S+) .*?-d '(.*?)'", re.DOTALL)
VOID = {"meta"}


class Reader(HTMLParser):
    """Collects ids, links, words and heading levels of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []
        self.levels: list[int] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        if heading := HEADING.fullmatch(tag):
            self.levels.append(int(heading[1]))
        given = {name: value or "" for name, value in attrs}
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if "href" in given else []

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(text: str) -> Reader:
    reader = Reader()
    reader.feed(text)
    reader.close()
    return reader


@pytest.fixture
async def page() -> Reader:
    async with ApiHarness().listening() as api:
        shown = await api.send("GET", "/api", token=None)
    return read(shown.body["text"])


@pytest.fixture
async def description() -> Json:
    async with ApiHarness().listening() as api:
        return (await api.send("GET", "/api/openapi.json", token=None)).body


def schemas_in(part: object) -> list[Json]:
    """Return every mapping in `part`, at any depth."""
    if isinstance(part, list):
        return [schema for each in part for schema in schemas_in(each)]
    if isinstance(part, dict):
        return [part, *schemas_in(list(part.values()))]
    return []


async def test_every_element_is_closed_and_every_id_is_unique(page: Reader) -> None:
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))


async def test_every_link_within_the_page_has_its_target(page: Reader) -> None:
    inside = {link.removeprefix("#") for link in page.links if link.startswith("#")}

    assert inside <= set(page.ids)


async def test_heading_levels_are_not_skipped(page: Reader) -> None:
    steps = zip([0, *page.levels], page.levels, strict=False)

    assert page.levels.count(1) == 1
    assert all(level <= before + 1 for before, level in steps)


async def test_page_shows_every_operation_and_model(page: Reader, description: Json) -> None:
    operations = {
        operation["operationId"]
        for methods in description["paths"].values()
        for operation in methods.values()
    }

    assert operations | set(description["components"]["schemas"]) <= set(page.ids)


async def test_page_shows_every_limit_and_pattern(page: Reader, description: Json) -> None:
    told = {
        str(schema[limit])
        for schema in schemas_in(description)
        for limit in LIMITS
        if isinstance(schema.get(limit), str | int)
    }

    assert r"^[UW][A-Z0-9]{1,20}$" in told
    assert told <= set(page.words)


async def test_page_has_words_for_every_limit_in_use(description: Json) -> None:
    limits = re.compile(r"(exclusive)?(min|max)(imum|Length|Items|Properties)|pattern|multipleOf")
    used = {name for schema in schemas_in(description) for name in schema if limits.fullmatch(name)}

    assert used <= set(LIMITS)


async def test_page_names_every_response_header(page: Reader, description: Json) -> None:
    headers = {name for part in schemas_in(description) for name in part.get("headers", ())}

    assert {"Idempotency-Status", "Retry-After"} <= headers
    assert headers <= set(page.words)


@pytest.mark.parametrize("code", ProblemCode)
async def test_page_has_advice_for_every_problem_code(page: Reader, code: ProblemCode) -> None:
    assert code in page.ids
    assert ADVICE[code].what_to_do in page.words


@pytest.mark.parametrize("reason", RefusalReason)
def test_refusal_has_the_status_shown_on_the_page(reason: RefusalReason) -> None:
    problem = problem_of(ChangeRefusedError(reason, a_task()))

    assert problem.status == ADVICE[problem.details.code].status


async def test_page_loads_no_file_from_other_hosts() -> None:
    async with ApiHarness().listening() as api:
        shown = await api.send("GET", "/api", token=None)

    policy = "default-src 'none'; style-src 'unsafe-inline'"
    assert shown.headers["Content-Security-Policy"] == policy
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert not re.search(r"<script|<link|<img|\bsrc=|url\(|@import", shown.body["text"])


def test_descriptions_are_escaped() -> None:
    evil = "</p><script>alert('&')</script>"
    schema = {"description": evil, "properties": {evil: {"type": evil, "examples": [evil]}}}
    operation = {
        "operationId": evil,
        "summary": evil,
        "parameters": [{"name": evil, "in": evil, "description": evil, "schema": {"enum": [evil]}}],
        "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/Evil"}}}},
        "responses": {evil: {"description": evil, "content": {}, "headers": {evil: {}}}},
    }
    text = render_page(
        {
            "info": {"title": evil, "description": evil},
            "paths": {f"/{evil}": {"post": operation}},
            "components": {"schemas": {"Evil": schema | {"required": [evil]}}},
        }
    )

    assert "<script" not in text
    assert read(text).open == []


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "integer", "default": 0}, "integer, <code>0</code> if left out"),
        ({"type": "string", "default": ""}, "string"),
        ({"const": "active"}, "<code>active</code>"),
        ({"anyOf": [{"format": "date-time"}, {"type": "null"}]}, "date-time or null"),
        ({"type": "array", "items": {"type": "string"}}, "list of string"),
        ({"$ref": "#/Mode"}, '<a href="#Mode">Mode</a> (<code>a</code>, <code>b</code>)'),
        ({"$ref": "#/Task"}, '<a href="#Task">Task</a>'),
        ({}, "anything"),
    ],
)
def test_type_is_shown_in_words(schema: Json, words: str) -> None:
    assert type_of(schema, {"Mode": {"enum": ["a", "b"]}, "Task": {}}) == words


async def test_every_example_is_accepted() -> None:
    """Only the made-up people and tasks of an example may be refused."""
    async with ApiHarness(a_task(42, owner=SlackUserId("U012AB3CD"))).listening() as api:
        text = html.unescape((await api.send("GET", "/api", token=None)).body["text"])
        replies = [
            await api.post(path, json.loads(body))
            if method == "POST"
            else await api.patch(path, json.loads(body))
            for method, path, body in sorted(EXAMPLE.findall(text))
        ]

    assert len(replies) == 5
    assert {reply.status for reply in replies} <= {201, 202, 409}, replies


def test_an_example_with_an_apostrophe_can_be_pasted() -> None:
    schemas = {"Note": {"properties": {"text": {"examples": ["It's late"]}}, "required": ["text"]}}
    operation = {"operationId": "note", "parameters": []}

    command = curl("POST", "/api/notes", operation, {"$ref": "#/Note"}, schemas)

    assert json.loads(shlex.split(command)[-1]) == {"text": "It's late"}


def test_example_holds_the_required_fields() -> None:
    schemas = {
        "Mode": {"enum": ["direct", "handshake"]},
        "Relay": {
            "properties": {"to": {"type": "string"}, "mode": {"$ref": "#/Mode"}, "why": {}},
            "required": ["to", "mode"],
        },
    }
    operation = {"operationId": "relay", "parameters": []}

    command = curl("POST", "/api/relays", operation, {"$ref": "#/Relay"}, schemas)

    assert json.loads(shlex.split(command)[-1]) == {"to": "to", "mode": "direct"}
