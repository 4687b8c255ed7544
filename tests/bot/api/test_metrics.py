"""`/metrics`: requests by name and outcome, without any text of people."""

import asyncio
from datetime import timedelta

import aiohttp

from bot.api.metrics import MetricsApi
from bot.metrics.registry import Metrics
from bot.server import Server
from relai_core.errors import UnavailableError
from tests.bot.bot_harness import SECRET, BotHarness, a_bot_harness, eventually
from tests.bot.metrics.reading import figures_of
from tests.bot.slack_actions import press_latest, submit

MARKER = "Kirschkuchen"


async def scrape(metrics: Metrics) -> tuple[int, str, str]:
    """Read the page over HTTP: status, content type, text."""
    server = Server(MetricsApi(metrics).routes())
    port = await server.start("127.0.0.1", 0)
    try:
        async with (
            aiohttp.ClientSession() as http,
            http.get(f"http://127.0.0.1:{port}/metrics") as response,
        ):
            return response.status, response.headers["Content-Type"], await response.text()
    finally:
        await server.stop()


def count_of(harness: BotHarness, asks: str, outcome: str) -> float | None:
    return figures_of(harness.metrics)("relai_requests_total", asks=asks, outcome=outcome)


async def test_page_is_in_the_prometheus_text_format() -> None:
    metrics = Metrics()
    metrics.count_request("/task", "ok", 0.1)

    status, content_type, text = await scrape(metrics)

    assert (status, content_type) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert 'relai_requests_total{asks="/task",outcome="ok"} 1.0' in text.splitlines()


async def test_completed_command_counts_as_ok(connected_harness: BotHarness) -> None:
    await connected_harness.type("ana", "/task new Renew the certificate")

    assert count_of(connected_harness, "/task", "ok") == 1
    assert figures_of(connected_harness.metrics)("relai_ack_seconds_count", asks="/task") == 1


async def test_refused_commands_count_as_refused(connected_harness: BotHarness) -> None:
    await connected_harness.type("ana", "/task show T-99")
    await connected_harness.type("ana", "/relay T-99 @bo")

    assert count_of(connected_harness, "/task", "refused") == 1
    assert count_of(connected_harness, "/relay", "refused") == 1


async def test_unsaved_command_counts_as_unavailable(connected_harness: BotHarness) -> None:
    connected_harness.gateway.failure = UnavailableError("Temporal")

    await connected_harness.type("ana", "/task new Renew the certificate")

    assert count_of(connected_harness, "/task", "unavailable") == 1


async def test_unexpected_error_counts_as_failed(connected_harness: BotHarness) -> None:
    connected_harness.gateway.failure = ZeroDivisionError()

    await connected_harness.type("ana", "/task new Renew the certificate")

    assert count_of(connected_harness, "/task", "failed") == 1


async def test_late_answer_counts_as_unconfirmed() -> None:
    async with (
        a_bot_harness(within=timedelta(milliseconds=50)) as harness,
        harness.over_socket() as socket,
    ):
        await eventually(socket.is_connected)
        harness.gateway.may_go_on.clear()
        await harness.type("ana", "/task new Renew the certificate")

        assert count_of(harness, "/task", "unconfirmed") == 1
        took = figures_of(harness.metrics)("relai_ack_seconds_sum", asks="/task")
        assert took is not None
        assert took >= 0.05


async def test_clicks_and_forms_are_counted_by_their_ids(connected_harness: BotHarness) -> None:
    await connected_harness.type("ana", "/task new Renew the certificate")
    await connected_harness.type("ana", "/task show T-1")
    await press_latest(connected_harness, "ana", "task_hand_over")
    await submit(connected_harness, "ana", {"receiver": await connected_harness.id_of("ana")})

    assert count_of(connected_harness, "task_hand_over", "ok") == 1
    assert count_of(connected_harness, "relay_form", "refused") == 1


async def test_unsaved_event_counts_as_unavailable(connected_harness: BotHarness) -> None:
    connected_harness.gateway.failure = UnavailableError("Temporal")
    dee = {"name": "dee", "real_name": "Dee New"}
    joining = asyncio.create_task(connected_harness.control("POST", "people", announce=True, **dee))

    async def is_counted() -> bool:
        return count_of(connected_harness, "team_join", "unavailable") == 1

    await eventually(is_counted)
    await joining


async def test_unknown_request_counts_as_other(connected_harness: BotHarness) -> None:
    body = {
        "type": "shortcut",
        "callback_id": MARKER,
        "team": {"id": await team_of(connected_harness)},
    }

    await connected_harness.dispatch(body, {})

    assert count_of(connected_harness, "other", "unheard") == 1


async def test_request_of_another_workspace_counts_as_refused(
    connected_harness: BotHarness,
) -> None:
    await connected_harness.dispatch({"command": "/task", "team_id": "T0THER"}, {})

    assert count_of(connected_harness, "/task", "refused") == 1


async def test_malformed_payload_counts_as_unreadable(connected_harness: BotHarness) -> None:
    team = await team_of(connected_harness)

    await connected_harness.dispatch({"command": "/task", "team_id": team}, {})

    assert count_of(connected_harness, "/task", "unreadable") == 1


async def test_page_shows_no_text_of_people_and_no_secret(connected_harness: BotHarness) -> None:
    await connected_harness.type("ana", f"/task new {MARKER} @bo")
    await connected_harness.type("ana", f"/{MARKER.lower()} {MARKER}")
    await connected_harness.type("ana", f"/relay T-1 @bo {MARKER}")
    await connected_harness.type("ana", f"/task show {MARKER}")

    _, _, text = await scrape(connected_harness.metrics)

    people = [await connected_harness.id_of(name) for name in ("ana", "bo")]
    (task,) = connected_harness.store.tasks
    for private in (MARKER, SECRET, "xoxb-", "xapp-", task, *people):
        assert private.lower() not in text.lower()


async def team_of(harness: BotHarness) -> str:
    return str((await harness.control("GET", "workspace"))["team"]["id"])
