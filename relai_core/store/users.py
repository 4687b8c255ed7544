"""The mirror of a workspace's people in MongoDB."""

from functools import partial

from relai_core.domain.ids import SlackUserId, TeamId
from relai_core.domain.user import User
from relai_core.store.connection import Connection, Document
from relai_core.store.documents import to_document


class MongoUserStore:
    """Fulfils `relai_core.ports.UserStore`. A person in two workspaces is two people."""

    def __init__(self, mongo: Connection) -> None:
        self._mongo = mongo
        self._users = mongo.collection("users")

    async def put(self, user: User) -> None:
        with self._mongo.bounded():
            # Two first sights of a person may collide on the insert.
            await self._mongo.retried(partial(self._put, user))

    async def find(self, team_id: TeamId, user_id: SlackUserId) -> User | None:
        with self._mongo.bounded():
            document = await self._users.find_one({"_id": _key(team_id, user_id)})
        return User.model_validate({**document, "id": user_id}) if document else None

    async def _put(self, user: User) -> None:
        document = to_document(user) | {"_id": _key(user.team_id, user.id)}
        await self._users.update_one(
            {"_id": document["_id"]}, [_unless_later(document)], upsert=True
        )


def _key(team_id: TeamId, user_id: SlackUserId) -> str:
    return f"{team_id}:{user_id}"


def _unless_later(document: Document) -> Document:
    """The stage that leaves a document as it is if it was seen after `document`."""
    seen_later = {"$gt": ["$refreshed_at", document["refreshed_at"]]}
    return {"$replaceWith": {"$cond": [seen_later, "$$ROOT", {"$literal": document}]}}
