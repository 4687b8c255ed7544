"""`relai audit` as a process beside the running system."""

import asyncio
from collections.abc import Mapping

import pytest
from pymongo import MongoClient
from temporalio.client import Client

from relai_audit.command_line import CLEAN, FOUND, UNABLE
from relai_workflows.ids import relay_workflow_id
from tests.scenarios.operators import Said, audit
from tests.scenarios.people import Json, Person, Workspace
from tests.scenarios.stack import RelaiStack

pytestmark = pytest.mark.harmful


async def test_busy_healthy_system_has_no_findings(relai: RelaiStack, workspace: Workspace) -> None:
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    busy = asyncio.create_task(_keep_busy(ana, bo))

    said = [await audit(relai, "--json") for _ in range(2)]

    await busy
    assert [each.code for each in said] == [CLEAN, CLEAN], said
    assert [each.error for each in said] == ["", ""]
    first, second = [_tasks(each) for each in said]
    assert first <= second


async def test_terminated_relay_is_repaired(relai: RelaiStack, workspace: Workspace) -> None:
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    number = await ana.creates("To be terminated")
    await ana.types(f"/relay @{bo.name} {number} --handshake")
    offer = await bo.sees(number, "Accept")
    workflow_id = _relay_workflow(relai, bo)
    client = await Client.connect(relai.temporal.address)
    await client.get_workflow_handle(workflow_id).terminate()

    found = await audit(relai, "--json")
    repaired = await audit(relai, "--repair")
    clean = await audit(relai)

    assert found.code == FOUND, found
    assert [each["kind"] for each in found.report["findings"]] == ["workflow_missing"]
    assert repaired.code == CLEAN, repaired
    assert f"repaired  {workflow_id}: goes on where it was" in repaired.out
    assert clean.code == CLEAN, clean
    await bo.presses(offer, "Accept")
    await ana.sees(number, "accepted")
    await bo.sees_no_button(offer, "Accept")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"MONGODB_URI": "mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=500"}, "MongoDB"),
        ({"MONGODB_URI": "mongodb://127.0.0.1:none/"}, "MONGODB_URI"),
        ({"TEMPORAL_HOST": "127.0.0.1:1"}, "Temporal"),
        ({"TEMPORAL_HOST": "no such place"}, "TEMPORAL_"),
        ({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN"),
    ],
)
async def test_wrong_setting_is_named(
    relai: RelaiStack, change: Mapping[str, str], said: str
) -> None:
    unable = await audit(relai, **change)

    assert unable.code == UNABLE
    assert said in unable.error
    assert "Traceback" not in unable.error
    assert unable.out == ""


async def _keep_busy(ana: Person, bo: Person) -> None:
    for turn in range(8):
        number = await ana.creates(f"Busy {turn}")
        await ana.types(f"/relay @{bo.name} {number} --handshake")
        await bo.presses(await bo.sees(number, "Accept"), "Accept")
        await bo.types(f"/task done {number}")


def _tasks(said: Said) -> int:
    return sum(sum(each["tasks"].values()) for each in said.report["workspaces"].values())


def _relay_workflow(relai: RelaiStack, receiver: Person) -> str:
    """The workflow of the relay that waits for this person."""
    with MongoClient[Json](relai.mongod.uri) as client:
        relay = client[relai.database]["relays"].find_one({"to_user": receiver.id, "end": None})
    assert relay is not None
    return relay_workflow_id(relay["_id"])
