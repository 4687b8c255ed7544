"""The embedded Temporal: a real server that keeps what it acknowledged."""

import socket
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client

from devstack.errors import DevstackError
from devstack.temporal_server import TemporalServer


async def test_its_namespace_answers_and_remembers_for_a_month(tmp_path: Path) -> None:
    async with TemporalServer(tmp_path) as server:
        client = await Client.connect(server.address)
        described = await client.workflow_service.describe_namespace(
            DescribeNamespaceRequest(namespace="default")
        )

    kept = described.config.workflow_execution_retention_ttl
    assert kept.ToTimedelta() == timedelta(days=30)


async def test_a_started_workflow_survives_a_kill(tmp_path: Path) -> None:
    async with TemporalServer(tmp_path) as server:
        client = await Client.connect(server.address)
        started = await client.start_workflow("Anything", id="task-1", task_queue="nobody")
        await server.kill()

        await server.start()

        client = await Client.connect(server.address)
        described = await client.get_workflow_handle("task-1").describe()
    assert described.run_id == started.first_execution_run_id


async def test_its_web_ui_answers_where_it_says(tmp_path: Path) -> None:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    async with TemporalServer(tmp_path, ui_port=0) as server:
        assert server.ui_url is not None
        with direct.open(server.ui_url) as page:
            assert page.status == 200


async def test_it_has_no_web_ui_unless_asked(tmp_path: Path) -> None:
    assert TemporalServer(tmp_path).ui_url is None


@pytest.mark.parametrize(
    ("option", "setting"),
    [("port", "RELAI_DEV_TEMPORAL_PORT"), ("ui_port", "RELAI_DEV_TEMPORAL_UI_PORT")],
)
async def test_a_port_in_use_is_named(tmp_path: Path, option: str, setting: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(DevstackError, match=f"Port {port} .*{setting}"):
            await TemporalServer(tmp_path, **{option: port}).start()


async def test_a_wrong_dynamic_setting_is_shown_from_the_log(tmp_path: Path) -> None:
    with pytest.raises(DevstackError, match=r"temporal ended with exit code 1(.*\n)+.*history\.x"):
        await TemporalServer(tmp_path, dynamic_config={"history.x": "no_json"}).start()
