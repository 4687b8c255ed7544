"""What is going to happen in a run: who does what and when, and what breaks, from a seed alone.

The same seed and length give the same plan on every machine. What follows from it does not repeat:
real processes interleave as they like, and what a person can press depends on what they see by
then. So a plan says which of the things that fit is taken, as a fraction, and not which one.
"""

import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from typing import Any

PEOPLE = 6
"""Members of the workspace. Two more act: a guest, and whoever joins on the way."""
BOTS = ("bot", "second_bot")
WORKERS = ("worker", "second_worker")
SERVERS = ("mongod", "temporal", "slack")
PARTS = (*BOTS, *WORKERS, *SERVERS)

_ACTS_EVERY = 0.55
"""Seconds between two acts, on average: a rate that two cores carry with all parts on them."""
_FIRST_CREATES = 8
_FAULTS_EVERY = 2.2
_TWIN_TOO = 0.35
_SETTLED_AFTER_KILL = 8.0
"""Seconds for which nothing else is planned for a part that starts again."""

_ACTS = {
    "create": 14,
    "create_in_form": 4,
    "relay": 16,
    "relay_in_form": 5,
    "accept": 16,
    "decline": 6,
    "take_back": 7,
    "complete": 6,
    "done": 3,
    "progress": 4,
    "look": 3,
    "api_create": 9,
    "api_relay": 8,
    "api_complete": 4,
    "api_progress": 3,
    "api_edit": 3,
    "api_move": 3,
    "api_cancel": 2,
    "api_look": 2,
    "forge": 8,
    "reach_out": 4,
    "guest": 2,
    "join": 1,
    "leave": 1,
    "rest": 2,
}
_FAULTS = {
    "kill": 7,
    "pause": 4,
    "link": 7,
    "slack": 9,
    "delivery": 4,
    "sockets": 1,
}
_LINK_WAYS = {"cut": 3, "refuse": 2, "delay": 3, "hold": 2, "mute": 3}
_SLACK_METHODS = {
    "chat.postMessage": 8,
    "chat.update": 2,
    "conversations.open": 2,
    "users.info": 2,
    "conversations.history": 2,
    "views.open": 1,
    "response_url": 1,
    "*": 2,
}
_SLACK_WAYS = {
    "ratelimited": 3,
    "server_error": 3,
    "lost_after": 5,
    "lost_before": 2,
    "slow": 2,
    "never": 2,
    "fatal_error": 1,
    "service_unavailable": 1,
}
_DELIVERY_WAYS = {"duplicate": 4, "slow": 2, "lost_before": 1, "lost_after": 3}


@dataclass(frozen=True)
class Act:
    """One thing that a person does, or a program in a person's name.

    `pick` and `other` choose among what is there. `repeats` says how the request comes again:
    not at all, after its answer, or at the same time.
    """

    at: float
    number: int
    kind: str
    person: int
    other: int
    pick: float
    bot: int
    repeats: str
    handshake: bool

    def chosen(self, among: list[Any]) -> Any:
        """The one that is taken, or None if there is none."""
        return among[int(self.pick * len(among))] if among else None


@dataclass(frozen=True)
class Fault:
    """One thing that breaks, `at` seconds from the start and for `lasts` seconds.

    `target` is a part, a link (`worker→mongod`) or a method of the Web API; `way` how it fails.
    """

    at: float
    number: int
    kind: str
    target: str
    way: str
    lasts: float
    times: int = 1

    @property
    def ends(self) -> float:
        return self.at + self.lasts


@dataclass(frozen=True)
class Plan:
    """A run before it has begun."""

    seed: int
    seconds: float
    acts: tuple[Act, ...]
    faults: tuple[Fault, ...]

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def make_plan(seed: int, seconds: float) -> Plan:
    """The plan of a seed. Acts and faults have dice of their own."""
    acts = tuple(_acts(random.Random(f"{seed}-acts"), seconds))  # noqa: S311 - chance, no secret
    faults = tuple(_faults(random.Random(f"{seed}-faults"), seconds))  # noqa: S311 - the same
    return Plan(seed, seconds, acts, faults)


def _acts(dice: random.Random, seconds: float) -> Iterator[Act]:
    at, number = 0.0, 0
    while (at := at + _pause(dice, _ACTS_EVERY)) < seconds:
        number += 1
        # At first there is nothing else to do.
        kinds = _ACTS if number > _FIRST_CREATES else {"create": 2, "api_create": 1}
        person = dice.randrange(PEOPLE)
        yield Act(
            at=round(at, 3),
            number=number,
            kind=_drawn(dice, kinds),
            person=person,
            other=(person + dice.randrange(1, PEOPLE)) % PEOPLE,
            pick=dice.random(),
            bot=dice.randrange(len(BOTS)),
            repeats=_drawn(dice, {"": 7, "after": 2, "at_once": 2}),
            handshake=dice.random() < 0.4,
        )


def _faults(dice: random.Random, seconds: float) -> Iterator[Fault]:
    at, number = 1.0, 0
    busy: dict[str, float] = {}
    while (at := at + _pause(dice, _FAULTS_EVERY)) < seconds:
        number += 1
        for fault in _with_twin(dice, _fault(dice, round(at, 3), number)):
            if busy.get(fault.target, 0) > at:
                continue
            if fault.kind in ("kill", "pause", "link"):
                settled = _SETTLED_AFTER_KILL if fault.kind == "kill" else 0
                busy[fault.target] = fault.ends + settled
            yield fault


def _with_twin(dice: random.Random, fault: Fault) -> Iterator[Fault]:
    """Sometimes both bots, or both workers: only then nobody is there."""
    yield fault
    twins = next((twins for twins in (BOTS, WORKERS) if fault.target in twins), None)
    if twins is not None and dice.random() < _TWIN_TOO:
        yield replace(fault, target=twins[1 - twins.index(fault.target)])


def _fault(dice: random.Random, at: float, number: int) -> Fault:
    kind = _drawn(dice, _FAULTS)
    if kind == "kill":
        return Fault(at, number, kind, dice.choice(PARTS), "-9", _between(dice, 0, 3))
    if kind == "pause":
        return _pause_of(dice, at, number)
    if kind == "link":
        return _link_fault(dice, at, number)
    if kind == "slack":
        return _slack_fault(dice, at, number)
    if kind == "delivery":
        way = _drawn(dice, _DELIVERY_WAYS)
        return Fault(at, number, kind, "delivery", way, 2.0, dice.randint(1, 2))
    return Fault(at, number, kind, "sockets", "abort", 0)


def _pause_of(dice: random.Random, at: float, number: int) -> Fault:
    part = dice.choice(PARTS)
    # A worker that is silent for longer than its heartbeat allows is the case to be afraid of:
    # another one takes over, and then the first wakes up in the middle of what it did.
    longest = 14.0 if part in WORKERS else 5.0
    return Fault(at, number, "pause", part, "stopped", _between(dice, 0.5, longest))


def _link_fault(dice: random.Random, at: float, number: int) -> Fault:
    client, server = dice.choice((*BOTS, *WORKERS)), dice.choice(SERVERS)
    way = _drawn(dice, _LINK_WAYS)
    lasts = 0.0 if way == "cut" else _between(dice, 0.5, 8.0)
    return Fault(at, number, "link", link_name(client, server), way, lasts)


def _slack_fault(dice: random.Random, at: float, number: int) -> Fault:
    method, way = _drawn(dice, _SLACK_METHODS), _drawn(dice, _SLACK_WAYS)
    # Longer than the 8 seconds for which a call is waited for is never.
    lasts = {"slow": _between(dice, 0.5, 6), "never": 12.0, "lost_after": _between(dice, 0, 2)}
    return Fault(at, number, "slack", method, way, lasts.get(way, 0.0), dice.randint(1, 3))


def link_name(client: str, server: str) -> str:
    """What the connection between two parts is called."""
    return f"{client}→{server}"


def _pause(dice: random.Random, average: float) -> float:
    return dice.expovariate(1 / average)


def _between(dice: random.Random, low: float, high: float) -> float:
    return round(dice.uniform(low, high), 3)


def _drawn(dice: random.Random, weights: dict[str, int]) -> str:
    return dice.choices(list(weights), list(weights.values()))[0]
