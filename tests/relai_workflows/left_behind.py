"""What a build leaves behind when it is replaced, as one file: workflows in flight and their data.

The file is a zip of the Temporal server's own database, of MongoDB's documents, of the messages
that stand in Slack, and of what is under way. No code of the build is in it.
"""

import sqlite3
from contextlib import closing
from itertools import count
from pathlib import Path
from typing import Any, NamedTuple, Self
from zipfile import ZIP_LZMA, ZipFile

from bson import json_util

from relai_core.domain.ids import ChannelId, MessageTs, NoticeKey
from relai_core.ports import Message
from relai_core.store.database import Database
from tests.relai_activities.fakes import FakeMessenger, Posted

TEMPORAL = "temporal.sqlite3"
"""As `devstack.temporal_server` names it in its data folder."""
BUILDS = Path(__file__).parent / "builds"

_Json = dict[str, Any]


class LeftBehind(NamedTuple):
    """What is in flight and where.

    `lives` holds, by name, what each workflow was started with and under which id. `messages` are
    those in Slack.
    """

    task_queue: str
    lives: dict[str, _Json]
    messages: list[_Json]
    documents: dict[str, list[_Json]]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read all but the server's database."""
        with ZipFile(path) as kept:
            return cls(**json_util.loads(kept.read("left_behind.json")))

    def write(self, path: Path, temporal: Path) -> None:
        """Keep it in one file, with the database of a Temporal server that has stopped."""
        _shrink(temporal)
        with ZipFile(path, "w", ZIP_LZMA) as kept:
            kept.writestr("left_behind.json", json_util.dumps(self._asdict()))
            kept.write(temporal, TEMPORAL)

    async def restore(self, store: Database, messenger: FakeMessenger) -> None:
        """Put the documents into an empty database, and the messages into Slack."""
        for name, documents in self.documents.items():
            await store._mongo.collection(name).insert_many(documents)
        for kept in self.messages:
            message = Message(kept["text"], kept["blocks"])
            posted = Posted(kept["at"], ChannelId(kept["channel"]), NoticeKey(kept["key"]), message)
            messenger.posted[MessageTs(kept["ts"])] = posted
        messenger._clock = count(len(self.messages) + 1)


def restore_temporal(path: Path, folder: Path) -> None:
    """Put the database of the Temporal server into the data folder of another."""
    with ZipFile(path) as kept:
        kept.extract(TEMPORAL, folder)


def messages_of(messenger: FakeMessenger) -> list[_Json]:
    """What stands in Slack."""
    return [
        {
            "ts": ts,
            "at": posted.at,
            "channel": posted.channel,
            "key": posted.key,
            "text": posted.message.text,
            "blocks": posted.message.blocks,
        }
        for ts, posted in messenger.posted.items()
    ]


async def documents_of(store: Database) -> dict[str, list[_Json]]:
    """Every document of a database, by collection."""
    database = store._mongo._database
    names = sorted(await database.list_collection_names())
    found = {name: await database[name].find().to_list(None) for name in names}
    return {name: documents for name, documents in found.items() if documents}


def _shrink(database: Path) -> None:
    with closing(sqlite3.connect(database)) as file:
        file.execute("PRAGMA journal_mode=delete")
        file.execute("VACUUM")
