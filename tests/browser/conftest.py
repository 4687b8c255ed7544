"""Fixtures of the page's tests: one browser, and a window for each person."""

from collections.abc import AsyncIterator, Awaitable, Callable
from uuid import uuid4

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright, expect

from devstack.mongo_server import MongoServer
from devstack.temporal_server import TemporalServer
from tests.browser.chromium import ABSENT, errors_of, find_chromium
from tests.browser.window import Window
from tests.scenarios.stack import RelaiStack

Opener = Callable[[str], Awaitable[Window]]

expect.set_options(timeout=15_000)


@pytest.fixture(scope="module")
def program() -> str:
    """Path of the browser."""
    found = find_chromium()
    if found is None:
        pytest.skip(ABSENT)
    return found


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def relai(
    program: str,
    tmp_path_factory: pytest.TempPathFactory,
    mongo_server: MongoServer,
    temporal_server: TemporalServer,
) -> AsyncIterator[RelaiStack]:
    """The stack over Socket Mode: the page is the same over HTTP. No browser, no stack."""
    data = tmp_path_factory.mktemp("browser")
    async with RelaiStack(data, mongo_server, temporal_server, "socket") as stack:
        yield stack


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser(program: str) -> AsyncIterator[Browser]:
    """One browser for all windows."""
    async with async_playwright() as playwright:
        yield await playwright.chromium.launch(executable_path=program)


@pytest.fixture(params=[1280, 400])
def width(request: pytest.FixtureRequest) -> int:
    """A wide window, and a narrow one."""
    chosen: int = request.param
    return chosen


@pytest_asyncio.fixture(loop_scope="module")
async def open_as(relai: RelaiStack, browser: Browser, width: int) -> AsyncIterator[Opener]:
    """Opens the page as a new person. At the end each window fits and has no error."""
    opened: list[tuple[Window, list[str]]] = []

    async def open_window(real_name: str) -> Window:
        page = await browser.new_page(viewport={"width": width, "height": 800})
        window = Window(page, f"{real_name.lower()}{uuid4().hex[:6]}")
        opened.append((window, errors_of(page)))
        await window.loads(relai.slack.url, real_name)
        return window

    yield open_window
    for window, errors in opened:
        await window.fits()
        assert errors == []
        await window.page.close()
