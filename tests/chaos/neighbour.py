"""Another workspace in the same database, of which nobody may ever see anything."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from pymongo import MongoClient

from relai_core.domain.changes import RelayOpened
from relai_core.domain.ids import RelayId, SlackUserId, TeamId
from relai_core.domain.relay import RelayMode
from relai_core.store import database
from tests.chaos.collect import plain
from tests.chaos.evidence import Json
from tests.chaos.stack import DATABASE
from tests.relai_core.builders import a_new_task, a_request

TEAM = TeamId("TNEIGHBOUR")
MARK = "Embezzlement"
"""In every text of theirs, and in nothing else."""
_NUMBER = 900_001
"""Of their task: no run makes so many."""
_ANN, _BOB = SlackUserId("UNEIGHBOUR1"), SlackUserId("UNEIGHBOUR2")


class Neighbour:
    """Their task, with a hand-over that waits, as the store itself writes it.

    Attributes:
        documents: all of theirs, by collection.
        known: what somebody who reaches out for it could know: its ids and its number.
    """

    def __init__(self, documents: dict[str, list[Json]]) -> None:
        self.documents = documents
        task, relay = documents["tasks"][0], documents["relays"][0]
        self.known: Mapping[str, str] = {
            "task_id": task["_id"],
            "relay_id": relay["_id"],
            "number": str(task["number"]),
        }


async def move_in(uri: str) -> Neighbour:
    """Write their documents down."""
    now = datetime.now(UTC)
    new = a_new_task(TEAM, title=f"{MARK} of funds", creator=_ANN, owner=_ANN, created_at=now)
    store = await database.connect(uri, DATABASE, timeout=timedelta(seconds=10))
    task = await store.tasks.create(new)
    opened = RelayOpened(
        id=a_request(TEAM),
        task_id=task.id,
        at=now,
        actor=_ANN,
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
    with MongoClient(uri, tz_aware=True, tzinfo=UTC) as client:
        client[DATABASE]["tasks"].update_one({"_id": task.id}, {"$set": {"number": _NUMBER}})
        names = ("tasks", "relays", "task_events")
        kept: dict[str, list[Json]] = {
            name: list(client[DATABASE][name].find({})) for name in names
        }
    return Neighbour(plain(kept))
