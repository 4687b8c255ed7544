"""A task's trail, and whether it holds: no gap in it, and one owner at every instant."""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from relai_core.domain.ids import RelayId, SlackUserId, TaskId

_MAY_MOVE_IT = frozenset(
    {
        "relay_opened",
        "relay_accepted",
        "relay_declined",
        "relay_withdrawn",
        "relay_undeliverable",
        "taken_back",
    }
)
"""Kinds of events after which somebody else may own the task."""
CLOSES_IT = frozenset({"completed", "cancelled"})
"""Kinds of events that end a task's trail."""


class Step(NamedTuple):
    """What an event says of its task."""

    version: int
    kind: str
    owner: SlackUserId
    relay_id: RelayId | None


class Trail(NamedTuple):
    """What the store says of a task at one instant.

    `steps` are its events by their versions. `relays` are those hand-overs of its trail that the
    store holds, and whether each is open; `open_relay` is the one that the task itself names.
    """

    task_id: TaskId
    version: int
    owner: SlackUserId
    is_open: bool
    open_relay: RelayId | None
    steps: tuple[Step, ...]
    relays: Mapping[RelayId, bool]


def flaws(trail: Trail) -> tuple[str, ...]:
    """What doesn't fit together, each as a clause; none if the trail holds.

    A trail without a flaw names one owner for every instant from the task's first to now.
    """
    checks = (_gaps, _moves, _last_owner, _closing, _hand_overs)
    return tuple(flaw for check in checks for flaw in check(trail))


def _gaps(trail: Trail) -> Iterator[str]:
    there = [step.version for step in trail.steps]
    expected = set(range(1, trail.version + 1))
    if missing := sorted(expected - set(there)):
        yield f"no event for version {_listed(missing)}"
    if beyond := sorted(set(there) - expected):
        yield f"events of versions that the task never had: {_listed(beyond)}"
    if len(set(there)) < len(there):
        yield "two events of one version"


def _moves(trail: Trail) -> Iterator[str]:
    for before, after in pairwise(trail.steps):
        is_next = after.version == before.version + 1
        if is_next and after.owner != before.owner and after.kind not in _MAY_MOVE_IT:
            yield f"version {after.version}, {after.kind}, changed the owner"


def _last_owner(trail: Trail) -> Iterator[str]:
    if trail.steps and trail.steps[-1].owner != trail.owner:
        yield f"the task says {trail.owner} owns it, its trail says {trail.steps[-1].owner}"


def _closing(trail: Trail) -> Iterator[str]:
    closings = [step for step in trail.steps if step.kind in CLOSES_IT]
    if closings and trail.is_open:
        yield "it is open, although its trail says that it was closed"
    if not closings and not trail.is_open and trail.steps:
        yield "it is closed, although its trail does not say so"
    if closings and closings[0] is not trail.steps[-1]:
        yield "its trail goes on after it was closed"


def _hand_overs(trail: Trail) -> Iterator[str]:
    opened = [step.relay_id for step in trail.steps if step.kind == "relay_opened"]
    if lost := [relay for relay in opened if relay and relay not in trail.relays]:
        yield f"the store does not hold its hand-over {_listed(lost)}"
    still_open = {relay for relay, is_open in trail.relays.items() if is_open}
    named = {trail.open_relay} if trail.open_relay else set()
    if astray := sorted(still_open - named):
        yield f"hand-over {_listed(astray)} is open, and the task does not name it"
    if named - still_open - set(lost):
        yield f"the task names hand-over {trail.open_relay} as open, and it has ended"


def _listed(values: list[int] | list[RelayId]) -> str:
    return ", ".join(str(value) for value in values)
