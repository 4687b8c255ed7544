"""API callers and people act on the same tasks, by the same rules and with one trail."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import aiohttp
import pytest

from relai_core.domain.ids import SlackUserId, TeamId
from relai_core.domain.task import Task
from relai_core.domain.user import User
from relai_core.store import database
from relai_core.store.database import Database
from tests.relai_core.builders import Changes, a_new_task
from tests.scenarios.api import Api, PatientApi
from tests.scenarios.people import (
    PATIENCE,
    Json,
    Person,
    Workspace,
    answer_of,
    eventually,
)
from tests.scenarios.stack import RelaiStack

THEIRS = TeamId("TTHEIRS")


@pytest.fixture
async def store(relai: RelaiStack) -> AsyncIterator[Database]:
    """The database of the stack, which other workspaces may share."""
    opened = await database.connect(relai.mongod.uri, relai.database, timeout=timedelta(seconds=10))
    yield opened
    opened.close()


def new_key() -> str:
    return uuid4().hex


async def create_task(api: Api, title: str, owner: Person, creator: Person) -> Json:
    """Give `owner` a task in the name of `creator`, and return it once it is stored."""
    answer = await api.post(
        "/api/tasks", {"title": title, "assignedTo": owner.id, "creator": creator.id}, key=new_key()
    )
    assert answer.status in (201, 202), answer
    path = f"/api/tasks/{answer.json['task_id']}"

    async def stored() -> Json | None:
        shown = await api.get(path)
        return shown.json if shown.status == 200 else None

    task: Json = await eventually("the task is stored", stored, PATIENCE)
    return task


async def test_task_of_the_api_lives_like_any_other(api: Api, workspace: Workspace) -> None:
    """Made by a script, handed over by it, accepted in Slack, completed by the script."""
    ana, bo, cy = [await workspace.person(name) for name in ("ana", "bo", "cy")]
    task = await create_task(api, "Renew the certificate", owner=bo, creator=ana)
    number, path = task["key"], f"/api/tasks/{task['id']}"
    await bo.sees(number, "Renew the certificate", "through", "Mark complete")

    relay = {"from_user": bo.id, "to_user": cy.id, "message": "the staging one first"}
    handed = await api.post(f"{path}/relay", relay, key=new_key())
    assert handed.status in (201, 202)
    offer = await cy.sees(number, "the staging one first", "Accept")
    await bo.sees(number, "in your name through", "Take back")
    await cy.presses(offer, "Accept")
    await bo.sees(number, "accepted")

    done = await api.post(f"{path}/complete", {"actor": ana.id}, key=new_key())
    assert done.status == 202
    for person in (ana, bo, cy):
        await person.sees(number, "There is nothing left for you to do")
        assert await person.count(number, "There is nothing left for you to do") == 1

    trail = (await api.get(f"{path}/trail")).json["events"]
    assert [(event["kind"], event["actor"], event["via"]) for event in trail] == [
        ("created", ana.id, "ci"),
        ("relay_opened", bo.id, "ci"),
        ("relay_accepted", cy.id, None),
        ("completed", ana.id, "ci"),
    ]
    ended = await api.get(f"/api/workflows/{handed.json['workflow_id']}")
    assert ended.json["result"] == {"end": "accepted", "refusal": None}


async def test_api_shows_a_task_made_in_slack(api: Api, workspace: Workspace) -> None:
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    number = await ana.creates("Look at me", bo)

    shown = await api.get(f"/api/tasks/{number}")
    listed = await api.get("/api/tasks", assignee=bo.id, creator=f"{ana.name}@example.com")

    assert (shown.json["assignedTo"], shown.json["title"]) == (bo.id, "Look at me")
    assert [task["key"] for task in listed.json["tasks"]] == [number]


async def test_repeats_at_two_bots_make_one_task(
    api: Api, relai: RelaiStack, session: aiohttp.ClientSession, workspace: Workspace
) -> None:
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    body, key = {"title": "Only once", "assignedTo": bo.id, "creator": ana.id}, new_key()
    async with relai.second_bot() as url:
        bots = [api, PatientApi(session, url, relai.api_token)] * 4
        answers = await asyncio.gather(*(each.post("/api/tasks", body, key=key) for each in bots))

    assert len({str((answer.status, answer.json)) for answer in answers}) == 1
    listed = await api.get("/api/tasks", assignee=bo.id)
    assert len(listed.json["tasks"]) == 1
    await bo.sees("Only once", "Mark complete")
    assert await bo.count("Only once", "Mark complete") == 1


async def test_slack_and_api_agree_on_one_end(api: Api, workspace: Workspace) -> None:
    """The script completes, and within 50 ms the owner hands the task over in Slack."""
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    number = await ana.creates("Be quick")

    done, handed = await asyncio.gather(
        api.post(f"/api/tasks/{number}/complete", key=new_key()),
        ana.types(f"/relay @{bo.name} {number}"),
    )

    async def closed_or_refused() -> Json | None:
        task = (await api.get(f"/api/tasks/{number}")).json
        return task if task["status"] == "completed" or done.status >= 400 else None

    task = await eventually("the end is known", closed_or_refused, PATIENCE)
    trail = (await api.get(f"/api/tasks/{number}/trail")).json["events"]
    assert [event["version"] for event in trail] == list(range(1, len(trail) + 1))
    kinds = [event["kind"] for event in trail]
    # Both in one order or the other; or the first shut the second out, who was told so.
    assert kinds in (
        ["created", "completed"],
        ["created", "relay_opened"],
        ["created", "relay_opened", "completed"],
    )
    assert ("completed" in kinds) == (done.status == 202)
    if "relay_opened" in kinds and "completed" in kinds:
        assert task["relay"]["end"] == "withdrawn"
    if "relay_opened" not in kinds:
        refused = "already completed"
        assert refused in answer_of(handed) or await ana.sees(number, refused)


async def test_tasks_of_another_workspace_are_not_found(api: Api, store: Database) -> None:
    task = await _a_task_of_theirs(store)
    relay = task.relay
    assert relay is not None
    tasks = [f"/api/tasks/{task.id}", f"/api/tasks/{task.id}/trail"]
    workflows = [
        f"/api/workflows/task-{task.id}",
        f"/api/workflows/relay-{relay.id}",
        f"/api/workflows/onboarding-{THEIRS}-UTHEIRS",
    ]

    reads = [await api.get(path) for path in (*tasks, *workflows)]
    writes = [
        await api.patch(tasks[0], {"title": "Mine now"}),
        await api.post(f"{tasks[0]}/complete", {"actor": "UTHEIRS"}),
        await api.post(f"{tasks[0]}/relay", {"from_user": "UTHEIRS", "to_user": "UTHEIRS"}),
    ]

    assert {answer.status for answer in (*reads, *writes)} == {404}
    assert await store.tasks.find(task.id) == task


async def test_no_filter_or_cursor_shows_another_workspace(api: Api, store: Database) -> None:
    task = await _a_task_of_theirs(store)

    answers = [
        await api.get("/api/tasks", limit=100),
        await api.get("/api/tasks", cursor="T-999999999"),
        await api.get("/api/tasks", status="open", cursor=f"T-{task.number + 1}"),
        await api.get("/api/tasks", assignee=f"{THEIRS}:UTHEIRS"),
        await api.get("/api/tasks", assignee="UTHEIRS"),
        await api.get("/api/users", limit=100),
        await api.get("/api/users", cursor="UTHEIR"),
    ]

    assert {answer.status for answer in answers} == {200, 422}
    assert "THEIRS" not in str([answer.json for answer in answers if answer.status == 200])
    assert "Secret" not in str([answer.json for answer in answers])


async def test_api_welcomes_a_newcomer(api: Api, workspace: Workspace) -> None:
    newcomer = await workspace.person("neo")

    welcomed = await api.post(
        "/api/users",
        {"name": "Neo", "email": f"{newcomer.name}@example.com"},
        key=new_key(),
    )

    assert welcomed.status == 202, welcomed
    await newcomer.sees("elcome")
    running = await api.get(welcomed.json["location"])
    assert (running.json["type"], running.json["status"]) == ("UserOnboardingWorkflow", "running")


async def _a_task_of_theirs(store: Database) -> Task:
    """Handed over within another workspace that shares the database."""
    them, other = SlackUserId("UTHEIRS"), SlackUserId("UTHEIRS2")
    await store.users.put(
        User(team_id=THEIRS, id=them, name="Secret", refreshed_at=datetime.now(UTC))
    )
    new = a_new_task(THEIRS, title="Secret", creator=them, owner=them)
    task = await store.tasks.create(new)
    opened = Changes(task).handed_over(other, actor=them)
    return (await store.tasks.apply(opened)).task
