"""The evidence of a storm, as plain JSON: no line of it has passed through the product's code.

The messages come from the Slack sandbox, the documents from pymongo, the histories from Temporal,
the answers from the journal. Moments are seconds since the epoch.
"""

import json
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

Json = dict[str, Any]


class Journal:
    """The acts, answers and faults of a storm, written to a file as they happen."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self.lines: list[Json] = []

    def note(self, line: str, **fields: Any) -> Json:
        """Write one line of this kind."""
        entry = {"at": round(time.time(), 3), "line": line, **fields}
        self.lines.append(entry)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(entry, ensure_ascii=False, default=str) + "\n")
        return entry


@dataclass(frozen=True)
class Evidence:
    """Everything that a check may look at.

    `inboxes` holds the messages that each person sees in the DM with the bot, by user id;
    `documents` those of all workspaces, by collection; `histories` every run of every workflow;
    `foreign` another workspace's documents as they were before the storm; `searched` the number of
    texts that were searched for secrets, by place; and `leaks` the secrets that were found.
    """

    team: str
    journal: list[Json] = field(default_factory=list)
    inboxes: dict[str, list[Json]] = field(default_factory=dict)
    documents: dict[str, list[Json]] = field(default_factory=dict)
    histories: list[Json] = field(default_factory=list)
    foreign: dict[str, list[Json]] = field(default_factory=dict)
    searched: dict[str, int] = field(default_factory=dict)
    leaks: list[Json] = field(default_factory=list)

    def ours(self, collection: str) -> list[Json]:
        """The documents of the storm's own workspace."""
        found = self.documents.get(collection, [])
        return [document for document in found if team_of(document) == self.team]

    def lines(self, line: str) -> list[Json]:
        return [entry for entry in self.journal if entry["line"] == line]

    def acts(self) -> list[Json]:
        return [entry for entry in self.lines("act") if "nothing" not in entry]

    def tasks(self) -> list[Json]:
        return [*self.ours("tasks"), *self.ours("tasks_archive")]

    def trails(self) -> dict[str, list[Json]]:
        """The events of each task, oldest first."""
        trails: dict[str, list[Json]] = {}
        for event in sorted(self.ours("task_events"), key=lambda event: event["version"]):
            trails.setdefault(event["task_id"], []).append(event)
        return trails

    def relays(self) -> dict[str, Json]:
        return {relay["_id"]: relay for relay in self.ours("relays")}

    def steps(self) -> list[Json]:
        return [step for history in self.histories for step in history["steps"]]

    def messages(self) -> list[tuple[str, str, Json]]:
        """Each notice that somebody sees: its key, the person, the message."""
        return [
            (key, user, message)
            for user, inbox in self.inboxes.items()
            for message in inbox
            if (key := key_of(message)) is not None
        ]


def team_of(document: Json) -> str:
    """The workspace that a document belongs to, by its field, its task's id or its own id."""
    named = document.get("team_id") or (document.get("notice") or {}).get("team_id")
    return str(named or document.get("task_id") or document["_id"]).partition("-")[0].split(":")[0]


def key_of(message: Json) -> str | None:
    """The key of the notice that a message is, if it is a notice."""
    metadata = message.get("metadata") or {}
    key: str | None = (metadata.get("event_payload") or {}).get("key")
    return key


class NoticeName(NamedTuple):
    """The four parts of a notice's key, `{task}:{kind}:{moment}:{person}`; a moment has colons."""

    about: str
    kind: str
    moment: str
    recipient: str

    @classmethod
    def of(cls, key: str) -> "NoticeName":
        about, kind, rest = key.split(":", 2)
        return cls(about, kind, *rest.rsplit(":", 1))


class Violation(NamedTuple):
    """One way in which a promise was not kept; `seen` is the evidence for it."""

    promise: str
    what: str
    about: str
    seen: Any = None
