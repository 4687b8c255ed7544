"""Which documents can be read as what they should be. Found by the server: none comes here.

The schemas follow from the models that the documents are read as, so they can't disagree.
"""

from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple

from relai_core.domain.changes import TaskEvent
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
_LOOKED_UP_RIGHTLY = {
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
"""What indexes need, see `task_document`, says the same as the task itself."""


class Unsound(NamedTuple):
    """A document that is not what it should be."""

    collection: str
    id: str


def sound(collection: str) -> Document:
    """The filter for documents that can be read."""
    return {"$jsonSchema": _SCHEMAS[collection]}


class Soundness:
    """Finds documents that can't be read, or by which tasks are not found."""

    def __init__(self, mongo: Connection) -> None:
        self._mongo = mongo

    async def unsound(self) -> AsyncIterator[Unsound]:
        """Every such document. One that is being written may be among them, and sound by now."""
        for name in _MODELS:
            for found in await self._ids(name, {"$nor": [sound(name)]}):
                yield Unsound(name, found)
        lost = {"$expr": {"$not": [_LOOKED_UP_RIGHTLY]}}
        for found in await self._ids("tasks", {**sound("tasks"), **lost}):
            yield Unsound("tasks", found)

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
