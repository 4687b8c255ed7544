"""Turns models into documents, and back into equal models.

BSON keeps instants in UTC with milliseconds. A model gets that form before a rule sees it, so a
store returns the same model that it later reads.
"""

from datetime import UTC, datetime
from typing import TypeVar

from relai_core.domain.model import Model
from relai_core.store.connection import Document

M = TypeVar("M", bound=Model)


def as_stored(model: M) -> M:
    """The model as it will be read: its instants in UTC, cut to milliseconds."""
    return type(model).model_validate(_cut(model.model_dump()))


def to_document(model: Model, *, key: str = "id") -> Document:
    """The document of a model, with the field `key` as its `_id`."""
    document = _cut(model.model_dump())
    return {"_id": document.pop(key), **document}


def from_document(kind: type[M], document: Document, *, key: str = "id") -> M:
    """The model in a document; fields that only serve an index are left out."""
    return kind.model_validate({**document, key: document["_id"]})


def _cut(fields: Document) -> Document:
    return {name: _cut_value(value) for name, value in fields.items()}


def _cut_value(value: object) -> object:
    if isinstance(value, datetime):
        utc = value.astimezone(UTC)
        return utc.replace(microsecond=utc.microsecond // 1000 * 1000)
    if isinstance(value, dict):
        return _cut(value)
    if isinstance(value, tuple | list):
        return [_cut_value(element) for element in value]
    return value
