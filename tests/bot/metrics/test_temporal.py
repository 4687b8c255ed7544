"""Metrics that Temporal's SDK keeps of our calls."""

import aiohttp
import pytest
from temporalio.client import Client
from temporalio.service import RPCError

from bot.metrics.registry import Metrics
from bot.metrics.temporal import TemporalMetrics
from devstack.ports import free_port
from devstack.temporal_server import TemporalServer
from relai_core import temporal
from tests.bot.metrics.reading import Figure, figures_of
from tests.bot.services.workers import settings_for

MARKER = "a-workflow-id-that-nobody-may-read"


async def describe_missing_workflow(client: Client) -> None:
    """Ask Temporal for a workflow that does not exist."""
    with pytest.raises(RPCError):
        await client.get_workflow_handle(MARKER).describe()


async def test_calls_are_counted_by_operation_and_error(server: TemporalServer) -> None:
    runtime, buffer = temporal.measured()
    metrics = Metrics()
    metrics.add(TemporalMetrics(buffer))
    client = await temporal.connect(settings_for(server), lazy=True, runtime=runtime)
    for _ in range(3):
        await describe_missing_workflow(client)

    read = figures_of(metrics)
    asked = {"operation": "DescribeWorkflowExecution", "namespace": "default"}
    assert read("temporal_request_total", **asked) == 3
    assert read("temporal_request_failure_total", **asked, status_code="NOT_FOUND") == 3
    assert read("temporal_request_latency_seconds_count", **asked) == 3
    assert MARKER not in metrics.render().body.decode()


async def test_counts_accumulate_between_pages(server: TemporalServer) -> None:
    runtime, buffer = temporal.measured()
    metrics, temporal_metrics = Metrics(), TemporalMetrics(buffer)
    metrics.add(temporal_metrics)
    client = await temporal.connect(settings_for(server), lazy=True, runtime=runtime)
    await describe_missing_workflow(client)
    metrics.render()
    await describe_missing_workflow(client)
    await temporal_metrics.drain()
    await describe_missing_workflow(client)

    asked = {"operation": "DescribeWorkflowExecution"}
    assert figures_of(metrics)("temporal_request_total", **asked) == 3


async def test_bot_and_worker_share_metric_names(server: TemporalServer) -> None:
    """The bot's metrics come through a buffer, the worker's from the SDK's own page."""
    runtime, buffer = temporal.measured()
    metrics = Metrics()
    metrics.add(TemporalMetrics(buffer))
    address = f"127.0.0.1:{free_port()}"
    settings = settings_for(server)
    for each in (runtime, temporal.serving_metrics(address)):
        await describe_missing_workflow(await temporal.connect(settings, lazy=True, runtime=each))
    async with aiohttp.ClientSession() as http, http.get(f"http://{address}/metrics") as response:
        page = await response.text()

    ours = {sample for sample in series(figures_of(metrics)) if sample[0].startswith("temporal_")}
    assert ours == series(Figure(page))
    assert MARKER not in page


def series(read: Figure) -> set[tuple[str, frozenset[tuple[str, str]]]]:
    """Return names and labels, without those of the client library and of the buckets."""
    return {
        (sample.name, frozenset(sample.labels.items()))
        for family in read.families
        for sample in family.samples
        if not sample.name.endswith(("_created", "_bucket"))
    }
