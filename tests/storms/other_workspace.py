"""Another workspace in the same database, of which the storm's people must never see anything."""

from datetime import UTC, datetime, timedelta

from pymongo import MongoClient

from relai_core.domain.changes import RelayOpened
from relai_core.domain.ids import RelayId, SlackUserId, TeamId
from relai_core.domain.relay import RelayMode
from relai_core.store import database
from tests.relai_core.builders import a_new_task, a_request
from tests.storms.evidence import Json
from tests.storms.reading import read_documents
from tests.storms.stack import DATABASE

TEAM = TeamId("TOTHER")
MARK = "Embezzlement"
"""Stands in each of its texts and nowhere else."""
_NUMBER = 900_001
_BOB = SlackUserId("UOTHERBOB")


async def add_other_workspace(uri: str, owner: str) -> dict[str, list[Json]]:
    """Store a task with an open relay, and return all documents.

    Its owner has the id of a member here, so that a query without the workspace finds it.
    """
    now, person = datetime.now(UTC), SlackUserId(owner)
    soon = now + timedelta(minutes=1)
    new = a_new_task(TEAM, title=f"{MARK} of funds", creator=person, owner=person, created_at=now)
    store = await database.connect(uri, DATABASE, timeout=timedelta(seconds=10))
    task = await store.tasks.create(new.model_copy(update={"due_at": soon}))
    opened = RelayOpened(
        id=a_request(TEAM),
        task_id=task.id,
        at=now,
        actor=person,
        relay_id=RelayId(f"{TEAM}-0123456789abcdef0123"),
        to_user=_BOB,
        mode=RelayMode.HANDSHAKE,
        note=f"{MARK} is for you to hide",
        nudge_at=now + timedelta(days=1),
        answer_by=now + timedelta(days=2),
    )
    await store.tasks.apply(opened)
    store.close()
    client: MongoClient[Json]
    with MongoClient(uri) as client:
        client[DATABASE]["tasks"].update_one({"_id": task.id}, {"$set": {"number": _NUMBER}})
    documents = read_documents(uri)
    return {name: documents[name] for name in ("tasks", "relays", "task_events")}


def known_ids(foreign: dict[str, list[Json]]) -> Json:
    """The ids and the number by which somebody could ask for them."""
    task, relay = foreign["tasks"][0], foreign["relays"][0]
    return {"task_id": task["_id"], "relay_id": relay["_id"], "number": str(task["number"])}
