"""Which documents can be read as what they should be. Found by the server: none comes here.

The schemas follow from the models that the documents are read as, so they can't disagree.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, NamedTuple

from relai_core.domain.changes import TaskEvent
from relai_core.domain.ids import TaskId
from relai_core.domain.model import Model
from relai_core.domain.notice import NoticeRow
from relai_core.domain.relay import Relay
from relai_core.domain.task import Task, TaskStatus
from relai_core.store.connection import Connection, Document
from relai_core.store.tasks import NO_DUE_DATE

_MODELS: Mapping[str, tuple[type[Model], str]] = {
    "tasks": (Task, "id"),
    "tasks_archive": (Task, "id"),
    "relays": (Relay, "id"),
    "task_events": (TaskEvent, "id"),
    "notices": (NoticeRow, "key"),
}
"""What each collection holds, and the field that is its `_id`."""
_TYPES: Mapping[str, object] = {
    "string": "string",
    "integer": ["int", "long"],
    "number": "number",
    "boolean": "bool",
    "null": "null",
    "array": "array",
}
_FILED_RIGHTLY = {
    "$and": [
        {"$eq": ["$open", {"$eq": ["$status", TaskStatus.OPEN]}]},
        {"$eq": ["$given", {"$ne": ["$creator", "$owner"]}]},
        {"$eq": ["$due_order", {"$ifNull": ["$due_at", NO_DUE_DATE]}]},
        {
            "$eq": [
                "$offered",
                {"$and": ["$relay", {"$eq": [{"$ifNull": ["$relay.end", None]}, None]}]},
            ]
        },
    ]
}
"""What `filing` says of a task, said to MongoDB."""


class Unsound(NamedTuple):
    """A document that can't be read."""

    collection: str
    id: str


def sound(collection: str) -> Document:
    """The filter for documents that can be read."""
    return {"$jsonSchema": _SCHEMAS[collection]}


class Soundness:
    """Finds documents that can't be read, and tasks that lists would not show."""

    def __init__(self, mongo: Connection) -> None:
        self._mongo = mongo

    async def unsound(self) -> AsyncIterator[Unsound]:
        """Every such document. One that is being written may be among them, and sound by now."""
        for name in _MODELS:
            for found in await self._ids(name, {"$nor": [sound(name)]}):
                yield Unsound(name, found)

    async def misfiled(self, among: Sequence[TaskId] | None = None) -> list[TaskId]:
        """Tasks that can be read, but are filed otherwise than they are; of these or of all."""
        chosen = {} if among is None else {"_id": {"$in": list(among)}}
        wrongly = {"$expr": {"$not": [_FILED_RIGHTLY]}}
        found = await self._ids("tasks", {**chosen, **sound("tasks"), **wrongly})
        return [TaskId(each) for each in found]

    async def _ids(self, collection: str, wanted: Document) -> list[str]:
        with self._mongo.bounded():
            found = await self._mongo.collection(collection).find(wanted, ["_id"]).to_list(None)
        return [str(document["_id"]) for document in found]


def _schema_of(model: type[Model], key: str) -> Document:
    described = model.model_json_schema()
    schema = _bson(described, described.get("$defs", {}))
    schema["properties"]["_id"] = schema["properties"].pop(key)
    schema["required"] = ["_id" if name == key else name for name in schema["required"]]
    return schema


def _bson(node: Mapping[str, Any], definitions: Mapping[str, Any]) -> Document:
    """What MongoDB's schemas say for a piece of a model's."""
    if "$ref" in node:
        return _bson(definitions[node["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in node:
        return {"anyOf": [_bson(each, definitions) for each in node["anyOf"]]}
    if "enum" in node:
        return {"enum": node["enum"]}
    if node["type"] == "object":
        properties = node["properties"].items()
        required = {"required": node["required"]} if node.get("required") else {}
        fields = {name: _bson(each, definitions) for name, each in properties}
        return {"bsonType": "object", **required, "properties": fields}
    is_moment = node.get("format") == "date-time"
    return {"bsonType": "date" if is_moment else _TYPES[node["type"]]}


_SCHEMAS = {name: _schema_of(*kept_as) for name, kept_as in _MODELS.items()}
