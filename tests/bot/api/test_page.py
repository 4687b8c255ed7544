"""The description for people: whole, valid, and nothing in it leads nowhere."""

import html
import json
import re
from html.parser import HTMLParser

import pytest

from bot.api.problem_codes import ADVICE, ProblemCode
from relai_core.domain.ids import SlackUserId
from tests.bot.api.desk import Desk
from tests.relai_core.builders import a_task

EXAMPLE = re.compile(r"curl -X (POST|PATCH) \$URL(\S+) .*?-d '(.*?)'", re.DOTALL)
VOID = {"meta", "!doctype"}


class Reader(HTMLParser):
    """Notes what the page holds."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in VOID:
            self.open.append(tag)
        given = {name: value or "" for name, value in attrs}
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if "href" in given else []

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture
async def page() -> Reader:
    async with Desk().listening() as desk:
        shown = await desk.send("GET", "/api", token=None)
    reader = Reader()
    reader.feed(shown.body["text"])
    return reader


async def test_every_element_is_closed_and_every_id_is_unique(page: Reader) -> None:
    assert page.open == []
    assert len(page.ids) == len(set(page.ids))


async def test_every_link_within_the_page_has_its_target(page: Reader) -> None:
    inside = {link.removeprefix("#") for link in page.links if link.startswith("#")}

    assert inside <= set(page.ids)


async def test_every_operation_is_on_it(page: Reader) -> None:
    async with Desk().listening() as desk:
        description = (await desk.send("GET", "/api/openapi.json", token=None)).body
    operations = {
        operation["operationId"]
        for methods in description["paths"].values()
        for operation in methods.values()
    }

    assert operations <= set(page.ids)


@pytest.mark.parametrize("code", ProblemCode)
async def test_the_type_of_every_problem_leads_to_what_to_do(
    page: Reader, code: ProblemCode
) -> None:
    assert code in page.ids
    assert ADVICE[code] in page.words


async def test_nothing_is_loaded_from_anywhere() -> None:
    async with Desk().listening() as desk:
        shown = await desk.send("GET", "/api", token=None)

    assert shown.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert "<script" not in shown.body["text"]


async def test_every_example_is_a_request_that_fits() -> None:
    """Its people and tasks are made up; nothing else about it may be refused."""
    async with Desk(a_task(42, owner=SlackUserId("U012AB3CD"))).listening() as desk:
        text = html.unescape((await desk.send("GET", "/api", token=None)).body["text"])
        replies = [
            await desk.post(path, json.loads(body))
            if method == "POST"
            else await desk.patch(path, json.loads(body))
            for method, path, body in sorted(EXAMPLE.findall(text))
        ]

    assert len(replies) == 5
    assert {reply.status for reply in replies} <= {201, 202, 409}, replies
