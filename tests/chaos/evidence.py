"""What is known after a run, as plain JSON from each witness by itself.

Nothing here has passed through the product's own code: the messages are the sandbox's, the
documents are read with pymongo, the histories are Temporal's. Only audits are the product's, and
stand in the journal. Moments are seconds since the epoch.
"""

import json
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

Json = dict[str, Any]

_ABOUT_TO = 5.0
"""Seconds in which what is on its way to somebody may come too late for them."""


@dataclass(frozen=True)
class Evidence:
    """Everything that the oracles may look at.

    Attributes:
        team: the workspace of the run.
        journal: what was done, answered and broken, in order.
        inboxes: what each person sees in the DM with the bot, by user id.
        documents: of the run's workspace and of all others, by collection.
        histories: the workflow executions, see `histories`.
        foreign: documents of another workspace as they were put there, by collection.
        searched_in: how much was searched for secrets, by its place; None in runs from before that.
        leaks: what stood there, by the name of the secret, and where.
    """

    team: str
    journal: list[Json] = field(default_factory=list)
    inboxes: dict[str, list[Json]] = field(default_factory=dict)
    documents: dict[str, list[Json]] = field(default_factory=dict)
    histories: list[Json] = field(default_factory=list)
    foreign: dict[str, list[Json]] = field(default_factory=dict)
    searched_in: dict[str, int] | None = None
    leaks: list[Json] = field(default_factory=list)

    def ours(self, collection: str) -> list[Json]:
        """The documents of the run's workspace."""
        return [
            document
            for document in self.documents.get(collection, [])
            if document_team(document) == self.team
        ]

    def lines(self, line: str) -> list[Json]:
        """Lines of the journal of one kind."""
        return [entry for entry in self.journal if entry["line"] == line]

    def trail(self, task_id: str) -> list[Json]:
        """The events of a task, oldest first."""
        events = [event for event in self.ours("task_events") if event["task_id"] == task_id]
        return sorted(events, key=lambda event: event["version"])

    def tasks(self) -> list[Json]:
        """All tasks, archived ones included."""
        return [*self.ours("tasks"), *self.ours("tasks_archive")]

    def left(self, user: str, by: float) -> bool:
        """Whether the person had left the workspace by a moment, or was just about to."""
        moments = (
            entry["since"] if "since" in entry else entry["at"]
            for entry in self.lines("left")
            if entry["user"] == user
        )
        return any(moment <= by + _ABOUT_TO for moment in moments)

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(self.__dict__, ensure_ascii=False, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> "Evidence":
        """The evidence of an earlier run, to judge it again; what it had more of is left out."""
        known = {each.name for each in fields(cls)}
        kept: Json = json.loads(path.read_text(encoding="utf-8"))
        return cls(**{name: value for name, value in kept.items() if name in known})


def document_team(document: Json) -> str:
    """The workspace that a document belongs to, by its field, its task or its own id."""
    named = document.get("team_id") or (document.get("notice") or {}).get("team_id")
    return str(named or document.get("task_id") or document["_id"]).partition("-")[0].split(":")[0]


def key_of(message: Json) -> str | None:
    """The notice that a message is, if it is one."""
    metadata = message.get("metadata") or {}
    key: str | None = (metadata.get("event_payload") or {}).get("key")
    return key


@dataclass(frozen=True)
class NoticeName:
    """A notice's key, taken apart: `{task}:{kind}:{moment}:{person}`, where a moment has colons."""

    about: str
    kind: str
    moment: str
    recipient: str

    @classmethod
    def of(cls, key: str) -> "NoticeName":
        about, kind, rest = key.split(":", 2)
        moment, _, recipient = rest.rpartition(":")
        return cls(about, kind, moment, recipient)
