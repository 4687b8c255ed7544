"""All tasks of a workspace, a page at a time, closed and archived tasks included."""

from relai_core.domain.task import Task, TaskStatus
from relai_core.domain.task_query import TaskQuery
from relai_core.store.connection import Collection, Connection, Document
from relai_core.store.documents import from_document

_NEWEST_FIRST = (("number", -1),)


class TaskPages:
    """Reads `tasks` and `tasks_archive` as a single listing."""

    def __init__(self, mongo: Connection) -> None:
        self._tasks = mongo.collection("tasks")
        self._archived = mongo.collection("tasks_archive")

    async def read(self, query: TaskQuery, limit: int) -> list[Task]:
        """Up to `limit` tasks that fit, the newest first.

        The archive is read second, so a task that is just being moved is never missed.
        """
        wanted = _wanted(query)
        found = await _find(self._tasks, wanted, limit)
        if query.status is not TaskStatus.OPEN:
            found = await _find(self._archived, wanted, limit) | found
        numbers = sorted(found, reverse=True)[:limit]
        return [from_document(Task, found[number]) for number in numbers]


async def _find(collection: Collection, wanted: Document, limit: int) -> dict[int, Document]:
    """The documents by their numbers."""
    documents = await collection.find(wanted).sort(_NEWEST_FIRST).limit(limit).to_list(None)
    return {document["number"]: document for document in documents}


def _wanted(query: TaskQuery) -> Document:
    fields = query.model_dump(include={"team_id", "owner", "creator", "status"}, exclude_none=True)
    due = {"$gte": query.due_after, "$lt": query.due_before}
    number = {"$lt": query.below}
    return fields | _limits("due_at", due) | _limits("number", number)


def _limits(field: str, limits: Document) -> Document:
    given = {operator: limit for operator, limit in limits.items() if limit is not None}
    return {field: given} if given else {}
