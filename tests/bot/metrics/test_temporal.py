"""What Temporal's SDK measures of our calls."""

from pathlib import Path

import aiohttp
import pytest
from temporalio.client import Client
from temporalio.service import RPCError

from bot.metrics.registry import Metrics
from bot.metrics.temporal import TemporalMetrics
from devstack.ports import free_port
from devstack.temporal_server import TemporalServer
from relai_core import temporal
from relai_core.settings import Settings
from tests.bot.metrics.reading import Figure, figures_of

MARKER = "a-workflow-id-that-nobody-may-read"


async def ask_in_vain(client: Client) -> None:
    """Ask for a workflow that isn't there."""
    with pytest.raises(RPCError):
        await client.get_workflow_handle(MARKER).describe()


async def test_calls_are_counted_by_operation_and_by_how_they_failed(tmp_path: Path) -> None:
    runtime, buffer = temporal.measured()
    metrics = Metrics()
    metrics.add(TemporalMetrics(buffer))
    async with TemporalServer(tmp_path) as server:
        client = await temporal.connect(settings_for(server), lazy=True, runtime=runtime)
        for _ in range(3):
            await ask_in_vain(client)

    read = figures_of(metrics)
    asked = {"operation": "DescribeWorkflowExecution", "namespace": "default"}
    assert read("temporal_request_total", **asked) == 3
    assert read("temporal_request_failure_total", **asked, status_code="NOT_FOUND") == 3
    assert read("temporal_request_latency_seconds_count", **asked) == 3
    assert MARKER not in metrics.render().body.decode()


async def test_counts_go_on_from_page_to_page(tmp_path: Path) -> None:
    runtime, buffer = temporal.measured()
    metrics, measured = Metrics(), TemporalMetrics(buffer)
    metrics.add(measured)
    async with TemporalServer(tmp_path) as server:
        client = await temporal.connect(settings_for(server), lazy=True, runtime=runtime)
        await ask_in_vain(client)
        metrics.render()
        await ask_in_vain(client)
        await measured.drain()
        await ask_in_vain(client)

    asked = {"operation": "DescribeWorkflowExecution"}
    assert figures_of(metrics)("temporal_request_total", **asked) == 3


async def test_bot_and_worker_call_the_same_figure_the_same(tmp_path: Path) -> None:
    """The bot's come through a buffer, the worker's from the SDK's own page."""
    runtime, buffer = temporal.measured()
    metrics = Metrics()
    metrics.add(TemporalMetrics(buffer))
    address = f"127.0.0.1:{free_port()}"
    async with TemporalServer(tmp_path) as server, aiohttp.ClientSession() as http:
        settings = settings_for(server)
        for each in (runtime, temporal.serving_metrics(address)):
            await ask_in_vain(await temporal.connect(settings, lazy=True, runtime=each))
        async with http.get(f"http://{address}/metrics") as response:
            page = await response.text()

    ours = {sample for sample in series(figures_of(metrics)) if sample[0].startswith("temporal_")}
    assert ours == series(Figure(page))
    assert MARKER not in page


def series(read: Figure) -> set[tuple[str, frozenset[tuple[str, str]]]]:
    """Names and labels, but for what belongs to the client library or to the choice of buckets."""
    return {
        (sample.name, frozenset(sample.labels.items()))
        for family in read.families
        for sample in family.samples
        if not sample.name.endswith(("_created", "_bucket"))
    }


def settings_for(server: TemporalServer) -> Settings:
    return Settings(
        slack_bot_token="xoxb-1", slack_signing_secret="x", temporal_host=server.address
    )
