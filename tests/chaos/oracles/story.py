"""The life of one task, told anew from its trail by rules that are written here once more.

Nothing of `relai_core.domain.decisions` is used, so that the two can disagree.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.chaos.oracles.violation import Violation

Json = dict[str, Any]


@dataclass
class Story:
    """A task after the events told so far, and what was wrong with them.

    `ends` holds how each relay ended, by whom and how often.
    """

    task_id: str
    relays: dict[str, Json]
    creator: str | None = None
    owner: str | None = None
    status: str = "unborn"
    version: int = 0
    waiting: str | None = None
    unanswered: str | None = None
    ends: dict[str, list[tuple[str, str | None]]] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)

    def tell(self, event: Json) -> None:
        """Go on by one event."""
        self._expect_owner(event["version"] == self.version + 1, "versions have a gap", event)
        self.version = event["version"]
        self._expect_owner(
            self.status == ("unborn" if event["kind"] == "created" else "open"),
            "something happened to a task that was not open",
            event,
        )
        tell = _KINDS.get(event["kind"])
        if tell is None:
            self._expect_owner(False, "an event of a kind that does not exist", event)
            return
        tell(self, event)
        self._expect_owner(event["owner"] == self.owner, "an event names the wrong owner", event)
        self.owner = event["owner"]

    def relay(self, event: Json) -> Json:
        """The relay that an event is about; without its document nothing more can be told."""
        relay = self.relays.get(event["relay_id"])
        self._expect_owner(relay is not None, "an event about a relay that is not stored", event)
        return relay or {"from_user": None, "to_user": None, "mode": None}

    def end(self, relay_id: str, how: str, event: Json) -> None:
        """A relay has ended."""
        self._expect_owner(relay_id == self.waiting, "a relay ended that was not open", event)
        self.ends.setdefault(relay_id, []).append((how, event["actor"]))
        self.waiting = None
        self.unanswered = relay_id if how == "unanswered" else None

    def settle(self, event: Json, how: str) -> None:
        """An event ended the open relay on the way."""
        expected = self.waiting
        self._expect_owner(event["settled"] == expected, "an open relay was left open", event)
        if event["settled"] is not None:
            self.end(event["settled"], how, event)

    def may(self, event: Json, *people: str | None) -> None:
        """Only these may do that; None is the clock."""
        if event["actor"] not in people:
            self.violations.append(
                Violation("only who may", f"{event['kind']} by somebody else", event["_id"], event)
            )

    def _expect_owner(self, holds: bool, what: str, event: Json) -> None:
        if not holds:
            self.violations.append(Violation("one owner", what, self.task_id, event))


def tell_story(task_id: str, events: list[Json], relays: dict[str, Json]) -> Story:
    """Tell the whole trail of a task."""
    story = Story(task_id, relays)
    for event in events:
        story.tell(event)
    return story


def _created(story: Story, event: Json) -> None:
    story.creator, story.owner, story.status = event["actor"], event["owner"], "open"


def _closed(story: Story, event: Json) -> None:
    story.may(event, story.owner, story.creator)
    waiting = story.relays.get(story.waiting or "")
    taken = waiting and waiting["mode"] == "direct" and waiting["to_user"] == event["actor"]
    story.settle(event, "accepted" if taken else "withdrawn")
    story.status = event["kind"]


def _by_owner(story: Story, event: Json) -> None:
    story.may(event, story.owner)


def _edited(story: Story, event: Json) -> None:
    story.may(event, story.owner, story.creator)


def _relay_opened(story: Story, event: Json) -> None:
    story.may(event, story.owner)
    relay = story.relay(event)
    story.may(event, relay["from_user"])
    if story.waiting is not None:
        story.may(event, story.relays.get(story.waiting, {}).get("to_user"))
    story.settle(event, "accepted")
    story.waiting, story.unanswered = event["relay_id"], None
    if relay["mode"] == "direct":
        story.owner = relay["to_user"]


def _relay_accepted(story: Story, event: Json) -> None:
    relay = story.relay(event)
    story.may(event, relay["to_user"])
    story.end(event["relay_id"], "accepted", event)
    story.owner = relay["to_user"]


def _relay_declined(story: Story, event: Json) -> None:
    relay = story.relay(event)
    story.may(event, relay["to_user"])
    story.end(event["relay_id"], "declined", event)
    story.owner = relay["from_user"]


def _relay_withdrawn(story: Story, event: Json) -> None:
    relay = story.relay(event)
    story.may(event, relay["from_user"])
    story.end(event["relay_id"], "withdrawn", event)
    story.owner = relay["from_user"]


def _relay_expired(story: Story, event: Json) -> None:
    story.may(event, None)
    is_direct = story.relay(event)["mode"] == "direct"
    story.end(event["relay_id"], "unanswered" if is_direct else "returned", event)


def _relay_postponed(story: Story, event: Json) -> None:
    """The clock begins anew; nobody owns anything else for that."""
    story.may(event, None)
    if event["relay_id"] != story.waiting:
        story.violations.append(
            Violation("one owner", "a relay that is over was postponed", story.task_id, event)
        )


def _relay_undeliverable(story: Story, event: Json) -> None:
    story.may(event, None)
    story.end(event["relay_id"], "returned", event)
    story.owner = story.relay(event)["from_user"]


def _taken_back(story: Story, event: Json) -> None:
    relay = story.relay(event)
    story.may(event, relay["from_user"])
    if event["relay_id"] != story.unanswered or story.owner != relay["to_user"]:
        story.violations.append(
            Violation("one owner", "taken back though answered", story.task_id, event)
        )
    story.owner = relay["from_user"]


_KINDS: dict[str, Callable[[Story, Json], None]] = {
    "created": _created,
    "completed": _closed,
    "cancelled": _closed,
    "progressed": _by_owner,
    "snoozed": _by_owner,
    "edited": _edited,
    "relay_opened": _relay_opened,
    "relay_accepted": _relay_accepted,
    "relay_declined": _relay_declined,
    "relay_withdrawn": _relay_withdrawn,
    "relay_expired": _relay_expired,
    "relay_postponed": _relay_postponed,
    "relay_undeliverable": _relay_undeliverable,
    "taken_back": _taken_back,
}
