"""An operator's view: the part that is down, since when, and the counts of the processes."""

import sys
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path

import aiohttp
import pytest

from bot.api.health import Health
from devstack.mongo_server import MongoServer
from devstack.ports import free_port
from devstack.probes import has_logged
from devstack.processes import ChildProcess
from devstack.settings import ROOT
from devstack.slack_server import SlackServer
from devstack.temporal_server import TemporalServer
from tests.bot.metrics.reading import Figure
from tests.scenarios.marks import OVER_BOTH
from tests.scenarios.people import Workspace, eventually
from tests.scenarios.stack import RelaiStack, Transport

MARKER = "Kirschkuchen"
WORKER_METRICS = f"127.0.0.1:{free_port()}"


@pytest.fixture(scope="module")
def settings() -> Mapping[str, str]:
    """A worker that shows its figures."""
    return {"RELAI_WORKER_METRICS": WORKER_METRICS}


@pytest.fixture
async def idle(
    tmp_path: Path, servers: tuple[MongoServer, TemporalServer], transport: Transport
) -> AsyncIterator[RelaiStack]:
    """A stack whose worker was never started."""
    stack = RelaiStack(tmp_path, *servers, transport)
    async with stack.slack, stack.bot:
        yield stack


def another_worker(data: Path, stack: RelaiStack, **settings: str) -> ChildProcess:
    """A worker of the same task queue and database, with settings of its own."""
    return ChildProcess(
        "worker",
        [sys.executable, "worker.py"],
        data=data,
        ready=has_logged(data / "logs" / "worker.log", "worker_started"),
        env={**stack.environment, **settings},
        cwd=ROOT,
    )


async def read(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as http, http.get(url) as response:
        return response.status, await response.text()


async def health_of(stack: RelaiStack) -> tuple[int, Health]:
    status, text = await read(f"{stack.bot_url}/health")
    return status, Health.model_validate_json(text)


async def health_once(stack: RelaiStack, part: str, state: str) -> tuple[int, Health]:
    """The health as soon as a part is in this state."""

    async def look() -> tuple[int, Health] | None:
        status, health = await health_of(stack)
        return (status, health) if health.parts[part].state == state else None

    seen: tuple[int, Health] = await eventually(f"{part} is {state}", look)
    return seen


def others(health: Health, *changed: str) -> dict[str, tuple[str, datetime]]:
    """State and beginning of all parts but these."""
    return {
        name: (part.state, part.since) for name, part in health.parts.items() if name not in changed
    }


async def test_a_worker_that_comes_makes_it_well_from_then_on(idle: RelaiStack) -> None:
    status, before = await health_of(idle)
    assert (status, before.state, before.parts["worker"].state) == (200, "degraded", "down")

    async with idle.worker:
        status, after = await health_once(idle, "worker", "ok")

    assert (status, after.state) == (200, "ok")
    assert after.since >= after.parts["worker"].since > before.parts["worker"].since
    assert others(after, "worker") == others(before, "worker")


@OVER_BOTH
async def test_without_slack_the_bot_is_down_but_alive_until_slack_is_back(
    idle: RelaiStack,
) -> None:
    _, before = await health_of(idle)
    await idle.slack.kill()

    status, down = await health_once(idle, "slack", "down")
    alive, _ = await read(f"{idle.bot_url}/health/live")
    assert (status, down.state, alive) == (503, "down", 200)
    assert down.since > before.since
    assert others(down, "slack") == others(before, "slack")

    await idle.slack.start()
    status, back = await health_once(idle, "slack", "ok")
    assert (status, back.state) == (200, "degraded")
    assert back.parts["slack"].since > down.parts["slack"].since


async def test_worker_without_slack_is_named_until_it_ends(
    tmp_path: Path, idle: RelaiStack
) -> None:
    worker = another_worker(tmp_path / "cut_off", idle, SLACK_API_URL="http://127.0.0.1:9/api/")
    async with worker:
        status, health = await health_once(idle, "worker", "degraded")

    assert (status, health.state) == (200, "degraded")
    said = "a worker reports: Slack can't be asked (not_connected)"
    assert health.parts["worker"].detail == said


async def test_worker_of_another_workspace_is_named(tmp_path: Path, idle: RelaiStack) -> None:
    async with SlackServer(tmp_path / "other") as other:
        worker = another_worker(tmp_path / "foreign", idle, SLACK_API_URL=f"{other.url}api/")
        async with worker:
            _, health = await health_once(idle, "worker", "degraded")

    assert "a worker reports: its SLACK_BOT_TOKEN is of the workspace T" in str(
        health.parts["worker"].detail
    )


async def test_what_the_store_holds_is_counted(relai: RelaiStack, workspace: Workspace) -> None:
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    number = await ana.creates("Renew the certificate")
    await ana.types(f"/relay {number} @{bo.name}")
    await bo.sees(number, "Accept")
    await relai.bot.stop()
    await relai.bot.start()

    async def counted() -> Figure | None:
        """Right after its start the bot counts for the first time."""
        figure = Figure((await read(f"{relai.bot_url}/metrics"))[1])
        return figure if figure("relai_figures_counted_timestamp_seconds") else None

    figure: Figure = await eventually("a first count", counted)
    assert (figure("relai_open_tasks", state="offered") or 0) >= 1
    assert (figure("relai_relays", end="open") or 0) >= 1
    assert (figure("relai_notices", state="sent") or 0) >= 1
    assert figure("relai_notices", state="failed") == 0


async def test_what_people_did_is_counted_and_never_shown(
    relai: RelaiStack, workspace: Workspace
) -> None:
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    number = await ana.creates(MARKER)
    await ana.types(f"/relay {number} @{bo.name} {MARKER}")
    offer = await bo.sees(number, "Accept")
    await bo.presses(offer, "Accept")
    await ana.types(f"/task show {MARKER}")

    pages = [
        page
        for url in (relai.bot_url, f"http://{WORKER_METRICS}")
        for _, page in [await read(f"{url}/metrics")]
    ]
    bots, workers = (Figure(page) for page in pages)
    assert bots("relai_requests_total", asks="/task", outcome="ok")
    assert bots("relai_requests_total", asks="/task", outcome="refused")
    assert bots("relai_requests_total", asks="/relay", outcome="ok")
    assert bots("relai_requests_total", asks="relay_accept", outcome="ok")
    assert bots("relai_ack_seconds_count", asks="/task")
    assert bots.all("temporal_request_total", operation="StartWorkflowExecution")
    assert workers.all("temporal_workflow_task_execution_latency_seconds_count")
    _, health = await read(f"{relai.bot_url}/health")
    for private in (MARKER, ana.id, bo.name, relai.api_token, "xoxb-", "xapp-", "mongodb://"):
        assert not [page for page in (*pages, health) if private in page], private
