"""`/health`: each part by its own word, and never a request that hangs."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

import aiohttp
import pytest

from bot.api import health
from bot.api.health import HealthApi, NotThereError, SlackCheck
from bot.server import Server
from bot.services.durable_calls import UnconfirmedError
from relai_core.errors import UnavailableError

Json = dict[str, object]


async def there() -> None:
    """A part that answers."""


async def gone() -> None:
    raise UnavailableError("MongoDB")


async def silent() -> None:
    await asyncio.Event().wait()


async def unconfirmed() -> None:
    raise UnconfirmedError


async def no_worker() -> None:
    raise NotThereError("no worker polls relai-task-queue")


async def ask(api: HealthApi) -> tuple[int, Json]:
    """Ask over HTTP, as a monitor does."""
    server = Server(api.routes())
    port = await server.start("127.0.0.1", 0)
    try:
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"http://127.0.0.1:{port}/health") as response,
        ):
            return response.status, await response.json()
    finally:
        await server.stop()


async def test_all_is_well_when_every_part_answers() -> None:
    assert await ask(HealthApi({"mongodb": there}, worker=there)) == (
        200,
        {"status": "ok", "parts": {"mongodb": {"status": "ok"}, "worker": {"status": "ok"}}},
    )


async def test_without_a_worker_people_are_still_served() -> None:
    status, body = await ask(HealthApi({"mongodb": there}, worker=no_worker))

    assert (status, body["status"]) == (200, "degraded")
    assert "no worker polls relai-task-queue" in str(body)


async def test_a_part_that_is_down_is_named() -> None:
    status, body = await ask(HealthApi({"mongodb": gone, "slack": there}, worker=there))

    assert (status, body["status"]) == (503, "down")
    assert body["parts"] == {
        "mongodb": {"status": "down", "detail": "MongoDB can't be reached"},
        "slack": {"status": "ok"},
        "worker": {"status": "ok"},
    }


async def test_a_part_that_does_not_answer_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "CHECKED_WITHIN", timedelta(milliseconds=10))

    status, body = await ask(HealthApi({"mongodb": silent}, worker=there))

    assert status == 503
    assert "no answer in time" in str(body)


async def test_a_part_of_which_nothing_is_confirmed_is_told_plainly() -> None:
    _, body = await ask(HealthApi({"temporal": unconfirmed}, worker=there))

    assert body["parts"] == {
        "temporal": {"status": "down", "detail": "no answer in time"},
        "worker": {"status": "ok"},
    }


async def test_many_who_ask_at_once_are_one_check() -> None:
    count = Count()
    api = HealthApi({"mongodb": count}, worker=there)

    await asyncio.gather(*(api.check() for _ in range(20)))

    assert count.calls == 1


async def test_an_old_answer_is_not_given_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FRESH_FOR", timedelta(0))
    count = Count()
    api = HealthApi({"mongodb": count}, worker=there)

    await api.check()
    await api.check()

    assert count.calls == 2


async def test_slack_is_down_until_payloads_can_come_in() -> None:
    check = SlackCheck(there)

    with pytest.raises(NotThereError):
        await check()
    check.opened(always(False))
    with pytest.raises(NotThereError):
        await check()
    check.opened(always(True))
    await check()


def always(answer: bool) -> Callable[[], Awaitable[bool]]:
    async def is_open() -> bool:
        return answer

    return is_open


class Count:
    """A check that counts how often it is made."""

    def __init__(self) -> None:
        self.calls = 0

    async def __call__(self) -> None:
        self.calls += 1
        await asyncio.sleep(0)
