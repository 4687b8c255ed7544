"""A part is killed with -9 while the API is called; each request is carried out once."""

import asyncio

import aiohttp
import pytest

from devstack.processes import ChildProcess
from tests.bot.metrics.reading import Figure
from tests.scenarios.api import Answer, Api
from tests.scenarios.people import PATIENCE, Json, Workspace, eventually
from tests.scenarios.stack import RelaiStack

pytestmark = pytest.mark.harmful


@pytest.mark.parametrize(
    ("transport", "name", "called"),
    [("socket", "temporal", "Temporal"), ("http", "mongod", "MongoDB")],
    scope="module",
)
async def test_unsaved_request_is_refused_within_three_seconds(
    relai: RelaiStack,
    workspace: Workspace,
    api_once: Api,
    session: aiohttp.ClientSession,
    name: str,
    called: str,
) -> None:
    """The same request, sent again when the part is back, is carried out once."""
    ana = await workspace.person("ana")
    body = {"title": f"Not while {called} is down", "assignedTo": ana.id}
    await api_once.get("/api/tasks", assignee=ana.id)
    late_before = await _count_late_answers(relai, session)
    part: ChildProcess = getattr(relai, name)
    await part.kill()
    try:
        refused = await api_once.post("/api/tasks", body, key=ana.id)
    finally:
        await part.start()

    assert (refused.status, refused.json["code"]) == (503, "unavailable")
    assert called in refused.json["detail"]
    assert await _count_late_answers(relai, session) == late_before

    async def carried_out() -> bool:
        return (await api_once.post("/api/tasks", body, key=ana.id)).status in (201, 202)

    await eventually("the request is carried out", carried_out, patience=60)
    await ana.sees(f"Not while {called} is down", patience=60)
    assert await ana.count(f"Not while {called} is down") == 1


async def _count_late_answers(relai: RelaiStack, session: aiohttp.ClientSession) -> float:
    """Answers of the API after more than three seconds, by the bot's own clock.

    A caller on a busy machine waits longer, and not for the bot.
    """
    async with session.get(f"{relai.bot_url}/metrics") as page:
        figure = Figure(await page.text())
    in_time = sum(figure.all("relai_api_seconds_bucket", le="3.0"))
    return sum(figure.all("relai_api_seconds_count")) - in_time


async def test_repeat_after_a_killed_bot_gets_the_first_answer(
    api: Api, relai: RelaiStack, workspace: Workspace
) -> None:
    ana = await workspace.person("ana")
    body = {"title": "Remember me", "assignedTo": ana.id}
    first = await api.post("/api/tasks", body, key=ana.id)

    await relai.bot.kill()
    await relai.bot.start()
    again = await _post_until_taken(api, body, key=ana.id)

    assert (again.status, again.json) == (first.status, first.json)
    assert again.headers["Idempotency-Status"] == "replayed"


async def test_requests_to_a_killed_bot_make_one_task_each(
    api: Api, relai: RelaiStack, workspace: Workspace
) -> None:
    """Ten requests are under way at the kill; each is then sent again, as its caller would."""
    ana = await workspace.person("ana")
    bodies = [{"title": f"Piece {number}", "assignedTo": ana.id} for number in range(10)]
    under_way = [
        asyncio.create_task(api.post("/api/tasks", body, key=f"{ana.id}-{number}"))
        for number, body in enumerate(bodies)
    ]
    await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
    await relai.bot.kill()
    await asyncio.gather(*under_way, return_exceptions=True)
    await relai.bot.start()

    for number, body in enumerate(bodies):
        answer = await _post_until_taken(api, body, key=f"{ana.id}-{number}")
        assert answer.status in (201, 202)

    async def all_there() -> list[Json] | None:
        tasks = (await api.get("/api/tasks", assignee=ana.id)).json["tasks"]
        return tasks if len(tasks) >= len(bodies) else None

    tasks = await eventually("every task is there", all_there, PATIENCE)
    assert sorted(task["title"] for task in tasks) == [body["title"] for body in bodies]


async def _post_until_taken(api: Api, body: Json, key: str) -> Answer:
    """Create a task, again while the bot that has just started lets no caller in."""

    async def answered() -> Answer | None:
        answer = await api.post("/api/tasks", body, key)
        return answer if answer.status != 503 else None

    answer: Answer = await eventually("an answer", answered, PATIENCE)
    return answer
