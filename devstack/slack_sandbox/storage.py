"""The workspace on disk: SQLite, written through, so a killed sandbox comes back as it was."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Generic, TypeVar

from devstack.slack_sandbox.records import Record

R = TypeVar("R", bound=Record)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS records (
    position INTEGER PRIMARY KEY, kind TEXT NOT NULL, key TEXT NOT NULL, body TEXT NOT NULL,
    UNIQUE (kind, key)
)
"""
_PUT = """
INSERT INTO records (kind, key, body) VALUES (?, ?, ?)
ON CONFLICT (kind, key) DO UPDATE SET body = excluded.body
"""


class Storage:
    """Rows as JSON by kind and key. A write is committed when the call returns."""

    def __init__(self, path: Path | None) -> None:
        if path:
            path.parent.mkdir(parents=True, exist_ok=True)
        self._connection = sqlite3.connect(path or ":memory:", isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = WAL")
        # In WAL mode a commit survives a kill of the process; a power cut could lose the last
        # commits.
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute(_SCHEMA)

    def put(self, record: Record) -> None:
        row = (type(record).__name__, record.key, record.model_dump_json())
        self._connection.execute(_PUT, row)

    def delete(self, record: Record) -> None:
        row = (type(record).__name__, record.key)
        self._connection.execute("DELETE FROM records WHERE kind = ? AND key = ?", row)

    def load(self, kind: type[R]) -> list[R]:
        """Return the rows of a kind in the order in which they were first written."""
        query = "SELECT body FROM records WHERE kind = ? ORDER BY position"
        rows = self._connection.execute(query, (kind.__name__,))
        return [kind.model_validate_json(body) for (body,) in rows]

    def close(self) -> None:
        self._connection.close()


class Table(Generic[R]):
    """The rows of a kind: read from memory, written through to the storage."""

    def __init__(self, storage: Storage, kind: type[R]) -> None:
        self._storage = storage
        self._rows = {record.key: record for record in storage.load(kind)}

    def __iter__(self) -> Iterator[R]:
        return iter(list(self._rows.values()))

    def find(self, key: str) -> R | None:
        return self._rows.get(key)

    def put(self, record: R) -> None:
        self._storage.put(record)
        self._rows[record.key] = record

    def delete(self, record: R) -> None:
        self._storage.delete(record)
        self._rows.pop(record.key, None)
