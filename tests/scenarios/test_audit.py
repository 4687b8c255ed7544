"""The command of the operator, as a process, beside a system that runs."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest
from pymongo import MongoClient
from temporalio.client import Client

from relai_audit.command_line import CLEAN, FOUND, UNABLE
from relai_core.domain.ids import RelayId
from relai_workflows.ids import relay_workflow_id
from tests.scenarios.operators import Said, audit
from tests.scenarios.people import Json, Person, Workspace
from tests.scenarios.stack import RelaiStack, Transport

A_WHILE = timedelta(minutes=5)
"""What is younger than a minute is not looked at."""

pytestmark = pytest.mark.harmful


@pytest.fixture(scope="module", params=["socket"])
def transport(request: pytest.FixtureRequest) -> Transport:
    """How Slack delivers plays no part here."""
    chosen: Transport = request.param
    return chosen


async def test_beside_people_who_work_it_finds_nothing(
    relai: RelaiStack, workspace: Workspace
) -> None:
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    busy = asyncio.create_task(_keep_busy(ana, bo))

    said = [await audit(relai, "--json") for _ in range(2)]

    await busy
    assert [each.code for each in said] == [CLEAN, CLEAN], said
    assert [each.error for each in said] == ["", ""]
    first, second = [sum(t["created"] for t in _counts(each)) for each in said]
    assert first <= second


async def test_what_was_terminated_is_mended_and_goes_on(
    relai: RelaiStack, workspace: Workspace
) -> None:
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    number = await ana.creates("To be terminated")
    await ana.types(f"/relay @{bo.name} {number} --handshake")
    offer = await bo.sees(number, "Accept")
    relay_id = _made_older(relai, bo)
    client = await Client.connect(relai.temporal.address)
    await client.get_workflow_handle(relay_workflow_id(relay_id)).terminate("damage")

    found = await audit(relai, "--json")
    mended = await audit(relai, "--repair")
    clean = await audit(relai)

    assert found.code == FOUND, found
    assert [each["kind"] for each in found.report["findings"]] == ["relay_without_workflow"]
    assert mended.code == CLEAN, mended
    assert f"mended  hand-over {relay_id} is looked after again" in mended.out
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
async def test_it_names_what_keeps_it_from_looking(
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


def _counts(said: Said) -> list[Json]:
    return list(said.report["workspaces"].values())


def _made_older(relai: RelaiStack, receiver: Person) -> RelayId:
    """The id of the hand-over that waits for this person, which is made older."""
    older = {"$set": {"opened_at": datetime.now(UTC) - A_WHILE}}
    with MongoClient[Json](relai.mongod.uri) as client:
        relays = client[relai.database]["relays"]
        found = relays.find_one_and_update({"to_user": receiver.id, "end": None}, older)
    assert found is not None
    return RelayId(found["_id"])
