"""`/health`: one state for each part, no request that hangs, no error's own text."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

import aiohttp
import pytest
import structlog

from bot.api import checks, health
from bot.api.checks import (
    DegradedError,
    NotConnectedError,
    SlackCheck,
    WorkerCheck,
    trouble_with,
)
from bot.api.health import Health, HealthApi
from bot.server import Server
from bot.services.durable_calls import UnconfirmedError
from bot.services.temporal_health import NoWorkerError
from relai_core.domain.ids import TeamId
from relai_core.domain.worker_report import WorkerReport
from relai_core.errors import TransientMessengerError, UnavailableError
from relai_core.settings import SettingsError

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TEAM = TeamId("T1")
T = TypeVar("T")
SECRET = "mongodb://ana:hunter2@db.internal:27017"


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def move(self, seconds: int) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


class Part:
    """A part that is there until it is given an error to raise; it counts who asks."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.calls = 0

    async def __call__(self) -> None:
        self.calls += 1
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error


async def silent() -> None:
    await asyncio.Event().wait()


async def ask(api: HealthApi, path: str = "/health") -> tuple[int, str]:
    """Ask over HTTP, as a monitor does."""
    server = Server(api.routes())
    port = await server.start("127.0.0.1", 0)
    try:
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"http://127.0.0.1:{port}{path}") as response,
        ):
            return response.status, await response.text()
    finally:
        await server.stop()


async def asked(api: HealthApi) -> tuple[int, Health]:
    status, text = await ask(api)
    return status, Health.model_validate_json(text)


def states(answer: Health) -> dict[str, tuple[str, str | None]]:
    return {name: (part.state, part.detail) for name, part in answer.parts.items()}


async def test_all_is_well_when_every_part_answers() -> None:
    status, answer = await asked(HealthApi({"mongodb": Part()}, worker=Part(), clock=Part()))

    assert (status, answer.state) == (200, "ok")
    assert set(states(answer)) == {"mongodb", "worker", "clock"}
    assert set(states(answer).values()) == {("ok", None)}


async def test_without_a_worker_people_are_still_served() -> None:
    worker = Part(NoWorkerError("relai-task-queue"))

    status, answer = await asked(HealthApi({"mongodb": Part()}, worker=worker, clock=Part()))

    assert (status, answer.state) == (200, "degraded")
    assert states(answer)["worker"] == ("down", "no worker polls relai-task-queue")


@pytest.mark.parametrize(
    ("ahead", "said"),
    [
        (timedelta(hours=-1), "clock is 3600 s behind Slack's: set this machine's clock"),
        (timedelta(days=1), "clock is 86400 s ahead of Slack's: set this machine's clock"),
    ],
)
async def test_wrong_clock_is_named_and_people_are_served(ahead: timedelta, said: str) -> None:
    slack = slack_that_is_open(ahead)
    await slack()

    status, answer = await asked(
        HealthApi({"slack": slack}, worker=Part(), clock=slack.check_clock)
    )

    assert (status, answer.state) == (200, "degraded")
    assert states(answer)["clock"] == ("degraded", said)


@pytest.mark.parametrize("ahead", [timedelta(seconds=2.9), -timedelta(seconds=2.9)])
async def test_clock_may_differ_by_a_slow_answer(ahead: timedelta) -> None:
    slack = slack_that_is_open(ahead)
    await slack()

    assert await trouble_with(slack.check_clock) is None


async def test_trouble_from_the_start_is_logged_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FRESH_FOR", timedelta(0))
    api = HealthApi({"mongodb": Part()}, worker=Part(), clock=Part(DegradedError("wrong")))

    with structlog.testing.capture_logs() as logs:
        await api.check()
        await api.check()

    assert [(line["part"], line["detail"]) for line in logs] == [("clock", "wrong")]


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (WorkerReport("1@a", TEAM, None), None),
        (WorkerReport("1@a", None, "Slack refuses it"), "a worker reports: Slack refuses it"),
        (
            WorkerReport("1@a", TeamId("T2"), None),
            "a worker reports: its SLACK_BOT_TOKEN is of the workspace T2, and the bot's of T1: give both the same",  # noqa: E501
        ),
    ],
)
async def test_worker_in_trouble_is_degraded(report: WorkerReport, said: str | None) -> None:
    check = worker_check(report)
    check.serves(TEAM)

    trouble = await trouble_with(check)

    assert trouble == (None if said is None else (said, True))


async def test_worker_check_needs_no_store() -> None:
    async def unreadable() -> list[WorkerReport]:
        raise UnavailableError("MongoDB")

    assert await trouble_with(WorkerCheck(Part(), unreadable)) is None


async def test_missing_worker_is_worse_than_one_in_trouble() -> None:
    reports = always([WorkerReport("1@a", None, "Slack refuses it")])
    check = WorkerCheck(Part(NoWorkerError("relai")), reports)

    assert await trouble_with(check) == ("no worker polls relai", False)


async def test_needed_part_that_is_only_degraded_brings_nothing_down() -> None:
    slack = Part(DegradedError("no request had a right signature yet"))

    status, answer = await asked(HealthApi({"slack": slack}, worker=Part(), clock=Part()))

    assert (status, answer.state, answer.parts["slack"].state) == (200, "degraded", "degraded")


async def test_a_part_that_is_down_is_named() -> None:
    gone = Part(UnavailableError("MongoDB"))

    status, answer = await asked(
        HealthApi({"mongodb": gone, "slack": Part()}, worker=Part(), clock=Part())
    )

    assert (status, answer.state) == (503, "down")
    assert states(answer) == {
        "mongodb": ("down", "MongoDB can't be reached"),
        "slack": ("ok", None),
        "worker": ("ok", None),
        "clock": ("ok", None),
    }


async def test_a_part_that_does_not_answer_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "CHECKED_WITHIN", timedelta(milliseconds=10))

    status, answer = await asked(HealthApi({"mongodb": silent}, worker=Part(), clock=Part()))

    assert status == 503
    assert states(answer)["mongodb"] == ("down", "no answer in time")
    assert answer.parts["mongodb"].latency_ms >= 10


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (UnconfirmedError(), "no answer in time"),
        (SettingsError("MONGODB_URI is wrong: correct it"), "MONGODB_URI is wrong: correct it"),
        (UnavailableError("MongoDB", reason="no host"), "MongoDB can't be reached: no host"),
        (TransientMessengerError("not_connected"), "Slack can't be asked"),
        (NotConnectedError(), "not connected to Slack"),
        (ValueError(), "ValueError"),
    ],
)
async def test_what_is_wrong_is_said_plainly(error: Exception, said: str) -> None:
    assert await trouble_with(Part(error)) == (said, False)


@pytest.mark.parametrize(
    "error",
    [RuntimeError(SECRET), TransientMessengerError(SECRET)],
)
async def test_what_an_error_says_is_never_shown(error: Exception) -> None:
    _, text = await ask(HealthApi({"mongodb": Part(error)}, worker=Part(error), clock=Part()))

    assert "hunter2" not in text
    assert "db.internal" not in text


async def test_a_state_is_since_it_was_first_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FRESH_FOR", timedelta(0))
    clock, mongodb = Clock(), Part()
    api = HealthApi({"mongodb": mongodb, "slack": Part()}, worker=Part(), clock=Part(), now=clock)
    await api.check()

    clock.move(10)
    mongodb.error = UnavailableError("MongoDB")
    await api.check()
    clock.move(10)
    still = await api.check()

    assert still.since == still.parts["mongodb"].since == NOON + timedelta(seconds=10)
    assert still.parts["slack"].since == NOON

    back = clock.move(10)
    mongodb.error = None
    healed = await api.check()
    assert healed.since == healed.parts["mongodb"].since == back


async def test_moments_are_told_in_utc_as_iso_8601() -> None:
    _, text = await ask(HealthApi({}, worker=Part(), clock=Part(), now=Clock()))

    assert '"since":"2026-03-02T12:00:00Z"' in text


async def test_many_who_ask_at_once_are_one_check() -> None:
    part = Part()
    api = HealthApi({"mongodb": part}, worker=Part(), clock=Part())

    await asyncio.gather(*(api.check() for _ in range(20)))

    assert part.calls == 1


async def test_an_old_answer_is_not_given_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "FRESH_FOR", timedelta(0))
    part = Part()
    api = HealthApi({"mongodb": part}, worker=Part(), clock=Part())

    await api.check()
    await api.check()

    assert part.calls == 2


async def test_the_process_is_alive_whatever_is_down_and_asks_nobody() -> None:
    part = Part(UnavailableError("MongoDB"))

    answer = await ask(HealthApi({"mongodb": part}, worker=part, clock=part), "/health/live")

    assert answer == (200, '{"state": "ok"}')
    assert part.calls == 0


async def test_slack_is_down_until_payloads_can_come_in() -> None:
    check = SlackCheck(always(timedelta(0)))

    assert await trouble_with(check) == ("not connected to Slack", False)
    check.opened(always(False))
    assert await trouble_with(check) == ("not connected to Slack", False)
    check.opened(always(True))
    assert await trouble_with(check) is None


def worker_check(report: WorkerReport) -> WorkerCheck:
    return WorkerCheck(Part(), always([report]))


def slack_that_is_open(clock_ahead: timedelta) -> SlackCheck:
    check = SlackCheck(always(clock_ahead))
    check.opened(always(True))
    return check


def always(answer: T) -> Callable[[], Awaitable[T]]:
    async def give() -> T:
        return answer

    return give
