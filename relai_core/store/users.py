"""The mirror of a workspace's people in MongoDB."""

from functools import partial

from relai_core.domain.ids import SlackUserId, TeamId
from relai_core.domain.user import User
from relai_core.errors import UnavailableError
from relai_core.store.connection import Connection, Document, StoreError
from relai_core.store.documents import to_document


class MongoUserStore:
    """Fulfils `relai_core.ports.UserStore`. A person in two workspaces is two people."""

    def __init__(self, mongo: Connection) -> None:
        self._mongo = mongo
        self._users = mongo.collection("users")

    async def put(self, user: User) -> None:
        try:
            with self._mongo.bounded():
                # Two first sights of a person may collide on the insert.
                await self._mongo.retried(partial(self._put, user))
        except StoreError as error:
            # A full disk refuses the write. Callers cope with that as with an unreachable mirror.
            raise UnavailableError("MongoDB") from error

    async def find(self, team_id: TeamId, user_id: SlackUserId) -> User | None:
        with self._mongo.bounded():
            document = await self._users.find_one({"_id": _key(team_id, user_id)})
        return _user(document) if document else None

    async def list_page(
        self, team_id: TeamId, *, after: SlackUserId | None, limit: int
    ) -> list[User]:
        # The keys of a workspace lie together, because ";" follows ":" in ASCII.
        beyond = _key(team_id, after or SlackUserId(""))
        wanted = {"_id": {"$gt": beyond, "$lt": f"{team_id};"}}
        with self._mongo.bounded():
            documents = await self._users.find(wanted).sort("_id", 1).limit(limit).to_list(None)
        return [_user(document) for document in documents]

    async def _put(self, user: User) -> None:
        document = to_document(user) | {"_id": _key(user.team_id, user.id)}
        await self._users.update_one(
            {"_id": document["_id"]}, [_unless_later(document)], upsert=True
        )


def _key(team_id: TeamId, user_id: SlackUserId) -> str:
    return f"{team_id}:{user_id}"


def _user(document: Document) -> User:
    return User.model_validate({**document, "id": document["_id"].partition(":")[2]})


def _unless_later(document: Document) -> Document:
    """The stage that leaves a document as it is if it was seen after `document`."""
    seen_later = {"$gt": ["$refreshed_at", document["refreshed_at"]]}
    return {"$replaceWith": {"$cond": [seen_later, "$$ROOT", {"$literal": document}]}}
