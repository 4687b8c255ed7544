"""On SIGTERM the bot answers what is under way and ends in time, over either transport."""

import asyncio
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from time import monotonic

import pytest
from pymongo import MongoClient

from bot.server import DRAIN
from tests.scenarios.api import Api
from tests.scenarios.marks import OVER_BOTH
from tests.scenarios.people import Json, Workspace, answer_of, eventually
from tests.scenarios.stack import RelaiStack

pytestmark = [pytest.mark.harmful, OVER_BOTH]

CLOSING = timedelta(seconds=8)
"""Time to close all else after the drains, also on a busy machine."""


@pytest.fixture
async def no_worker(relai: RelaiStack) -> AsyncIterator[None]:
    """No worker runs during the test."""
    await relai.worker.stop()
    yield
    await relai.worker.start()


@pytest.fixture(autouse=True)
async def bot_again(relai: RelaiStack) -> AsyncIterator[None]:
    """The bot runs again after each test."""
    yield
    await relai.bot.stop()
    await relai.bot.start()


async def _ends_well(relai: RelaiStack) -> None:
    """Check that the bot, after a SIGTERM just now, ends by itself and in time."""
    began = monotonic()
    await relai.bot.wait()

    assert monotonic() - began <= (3 * DRAIN + CLOSING).total_seconds()
    assert "exit code 0" in relai.bot.last_words()


@pytest.mark.usefixtures("no_worker")
async def test_command_and_request_under_way_are_answered(
    relai: RelaiStack, workspace: Workspace, api: Api
) -> None:
    """SIGTERM comes once for each thing that is drained, and once more."""
    ana = await workspace.person("ana")
    typing = asyncio.create_task(ana.types_once("/task new Switch the light off"))
    body = {"title": "Switch the other light off", "assignedTo": ana.id}
    asking = asyncio.create_task(api.post("/api/tasks", body, key=ana.id))
    await eventually("the command is under way", lambda: _is_pending(workspace, ana.id))
    await eventually("the request is under way", lambda: _is_claimed(relai))

    ending = asyncio.create_task(_ends_well(relai))
    for _ in range(4):
        relai.bot.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.1)  # two at once would be one

    assert "aved" in answer_of(await typing)
    assert (await asking).status == 202
    await ending


async def test_ephemeral_message_under_way_is_sent(relai: RelaiStack, workspace: Workspace) -> None:
    """The click was acknowledged at once; the reason why it had no effect is still on its way."""
    ana = await workspace.person("ana")
    await ana.types("/task new Switch the light off")
    card = await ana.sees("Switch the light off", "Mark complete")
    await workspace.fault("response_url", "slow", delay=1)

    await ana.presses_once(card, "Mark complete", action_id="of-older-days", force=True)
    relai.bot.send_signal(signal.SIGTERM)
    await _ends_well(relai)

    assert await ana.count("does not know this button") == 1


async def test_bot_ends_beside_a_silent_slack(relai: RelaiStack) -> None:
    relai.slack.send_signal(signal.SIGSTOP)
    try:
        relai.bot.send_signal(signal.SIGTERM)
        await _ends_well(relai)
    finally:
        relai.slack.send_signal(signal.SIGCONT)


async def _is_pending(workspace: Workspace, user: str) -> bool:
    deliveries: list[Json] = (await workspace.get("deliveries", kind="command"))["deliveries"]
    asked = [each for each in deliveries if each["payload"]["user_id"] == user]
    return any(each["outcome"] == "pending" for each in asked)


async def _is_claimed(relai: RelaiStack) -> bool:
    return await asyncio.to_thread(_count_claims, relai.mongod.uri, relai.database) > 0


def _count_claims(uri: str, database: str) -> int:
    client: MongoClient[Json]
    with MongoClient(uri) as client:
        return client[database]["api_requests"].count_documents({"answer": None})
