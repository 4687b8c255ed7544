"""`/metrics`: what people did, by name and outcome, and never a word of theirs."""

import asyncio
from datetime import timedelta

import aiohttp

from bot.api.metrics import MetricsApi
from bot.metrics.registry import Metrics
from bot.server import Server
from relai_core.errors import UnavailableError
from tests.bot.gestures import latest_message, press, submit
from tests.bot.metrics.reading import figures_of
from tests.bot.office import SECRET, Office, an_office, eventually

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


def counted(office: Office, asks: str, outcome: str) -> float | None:
    return figures_of(office.metrics)("relai_requests_total", asks=asks, outcome=outcome)


async def test_the_page_is_in_the_text_format() -> None:
    metrics = Metrics()
    metrics.count_request("/task", "ok", 0.1)

    status, content_type, text = await scrape(metrics)

    assert (status, content_type) == (200, "text/plain; version=0.0.4; charset=utf-8")
    assert 'relai_requests_total{asks="/task",outcome="ok"} 1.0' in text.splitlines()


async def test_a_command_that_is_carried_out_is_ok(open_office: Office) -> None:
    await open_office.type("ana", "/task new Renew the certificate")

    assert counted(open_office, "/task", "ok") == 1
    assert figures_of(open_office.metrics)("relai_ack_seconds_count", asks="/task") == 1


async def test_what_a_person_may_not_or_cannot_do_is_refused(open_office: Office) -> None:
    await open_office.type("ana", "/task show T-99")
    await open_office.type("ana", "/relay T-99 @bo")

    assert counted(open_office, "/task", "refused") == 1
    assert counted(open_office, "/relay", "refused") == 1


async def test_what_cannot_be_saved_is_unavailable(open_office: Office) -> None:
    open_office.gateway.failure = UnavailableError("Temporal")

    await open_office.type("ana", "/task new Renew the certificate")

    assert counted(open_office, "/task", "unavailable") == 1


async def test_what_nobody_foresaw_has_failed(open_office: Office) -> None:
    open_office.gateway.failure = ZeroDivisionError()

    await open_office.type("ana", "/task new Renew the certificate")

    assert counted(open_office, "/task", "failed") == 1


async def test_what_is_answered_too_late_is_unconfirmed() -> None:
    async with (
        an_office(within=timedelta(milliseconds=50)) as office,
        office.over_socket() as socket,
    ):
        await eventually(socket.is_connected)
        office.gateway.may_go_on.clear()
        await office.type("ana", "/task new Renew the certificate")

        assert counted(office, "/task", "unconfirmed") == 1
        took = figures_of(office.metrics)("relai_ack_seconds_sum", asks="/task")
        assert took is not None
        assert took >= 0.05


async def test_clicks_and_forms_are_counted_by_their_ids(open_office: Office) -> None:
    await open_office.type("ana", "/task new Renew the certificate")
    await open_office.type("ana", "/task show T-1")
    await press(open_office, "ana", await latest_message(open_office, "ana"), "task_hand_over")
    await submit(open_office, "ana", {"receiver": await open_office.id_of("ana")})

    assert counted(open_office, "task_hand_over", "ok") == 1
    assert counted(open_office, "relay_form", "refused") == 1


async def test_an_event_that_was_not_handled_is_counted(open_office: Office) -> None:
    open_office.gateway.failure = UnavailableError("Temporal")
    dee = {"name": "dee", "real_name": "Dee New"}
    joining = asyncio.create_task(open_office.control("POST", "people", announce=True, **dee))

    async def is_counted() -> bool:
        return counted(open_office, "team_join", "unavailable") == 1

    await eventually(is_counted)
    await joining


async def test_what_nobody_hears_of_is_counted_as_other(open_office: Office) -> None:
    body = {"type": "shortcut", "callback_id": MARKER, "team": {"id": await team_of(open_office)}}

    await open_office.dispatch(body, {})

    assert counted(open_office, "other", "unheard") == 1


async def test_another_workspace_is_counted_as_refused(open_office: Office) -> None:
    await open_office.dispatch({"command": "/task", "team_id": "T0THER"}, {})

    assert counted(open_office, "/task", "refused") == 1


async def test_what_makes_no_sense_is_unreadable(open_office: Office) -> None:
    team = await team_of(open_office)

    await open_office.dispatch({"command": "/task", "team_id": team}, {})

    assert counted(open_office, "/task", "unreadable") == 1


async def test_no_word_of_a_person_and_no_secret_is_on_the_page(open_office: Office) -> None:
    await open_office.type("ana", f"/task new {MARKER} @bo")
    await open_office.type("ana", f"/{MARKER.lower()} {MARKER}")
    await open_office.type("ana", f"/relay T-1 @bo {MARKER}")
    await open_office.type("ana", f"/task show {MARKER}")

    _, _, text = await scrape(open_office.metrics)

    people = [await open_office.id_of(name) for name in ("ana", "bo")]
    (task,) = open_office.store.tasks
    for private in (MARKER, SECRET, "xoxb-", "xapp-", task, *people):
        assert private.lower() not in text.lower()


async def team_of(office: Office) -> str:
    return str((await office.control("GET", "workspace"))["team"]["id"])
