"""Told to stop, the bot answers what it was asked and ends in time, over either transport.

No worker runs while it is asked, so each answer takes its second: that the wish is saved.
"""

import asyncio
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from time import monotonic

import pytest
from pymongo import MongoClient

from bot.server import DRAIN
from tests.scenarios.api import Api
from tests.scenarios.people import Json, Workspace, answer_of, eventually
from tests.scenarios.stack import RelaiStack

CLOSING = timedelta(seconds=8)
"""For what is closed once all is drained, also on a machine that is busy. Whatever has no end of
its own takes longer."""


@pytest.fixture
async def no_worker(relai: RelaiStack) -> AsyncIterator[None]:
    """No worker runs; at the end bot and worker do."""
    await relai.worker.stop()
    yield
    await relai.worker.start()


@pytest.fixture
async def bot_again(relai: RelaiStack) -> AsyncIterator[None]:
    """Whatever became of the bot, it runs afterwards."""
    yield
    await relai.bot.stop()
    await relai.bot.start()


async def _ends_well(relai: RelaiStack) -> None:
    """The bot, told to stop just now, ends by itself and in time."""
    began = monotonic()
    await relai.bot.wait()

    assert monotonic() - began <= (3 * DRAIN + CLOSING).total_seconds()
    assert "exit code 0" in relai.bot.last_words()


@pytest.mark.parametrize("times", [1, 4])
@pytest.mark.usefixtures("no_worker", "bot_again")
async def test_a_command_under_way_is_answered_however_often_the_bot_is_told(
    relai: RelaiStack, workspace: Workspace, times: int
) -> None:
    """One for each thing that is drained, and one more."""
    ana = await workspace.person("ana")
    typing = asyncio.create_task(ana.types_once("/task new Switch the light off"))
    await eventually("the command is under way", lambda: _is_pending(workspace, ana.id))

    ending = asyncio.create_task(_ends_well(relai))
    for _ in range(times):
        relai.bot.send_signal(signal.SIGTERM)
        await asyncio.sleep(0.1)  # two at once would be one

    assert "aved" in answer_of(await typing)
    await ending


@pytest.mark.usefixtures("no_worker", "bot_again")
async def test_a_request_under_way_is_answered(
    relai: RelaiStack, workspace: Workspace, api: Api
) -> None:
    ana = await workspace.person("ana")
    body = {"title": "Switch the light off", "assignedTo": ana.id}
    asking = asyncio.create_task(api.post("/api/tasks", body, key=ana.id))
    await eventually("the request is under way", lambda: _is_claimed(relai))

    relai.bot.send_signal(signal.SIGTERM)
    ending = asyncio.create_task(_ends_well(relai))

    assert (await asking).status == 202
    await ending


@pytest.mark.usefixtures("bot_again")
async def test_words_under_way_are_said(relai: RelaiStack, workspace: Workspace) -> None:
    """The click was acknowledged at once; why it had no effect is still on its way."""
    ana = await workspace.person("ana")
    await ana.types("/task new Switch the light off")
    card = await ana.sees("Switch the light off", "Mark complete")
    await workspace.fault("response_url", "slow", delay=1)

    await ana.presses_once(card, "Mark complete", action_id="of-older-days", force=True)
    relai.bot.send_signal(signal.SIGTERM)
    await _ends_well(relai)

    assert await ana.count("does not know this button") == 1


@pytest.mark.usefixtures("bot_again")
async def test_a_slack_that_says_nothing_holds_nobody_up(relai: RelaiStack) -> None:
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
