"""The plan of a storm: all acts and all faults, from the seed alone.

The same seed gives the same plan on every machine, but not the same run: processes interleave
differently, and the buttons that a person can press depend on what was posted before.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal, TypeVar

Transport = Literal["socket", "http"]
BOTS = ("bot", "second_bot")
WORKERS = ("worker", "second_worker")
CLIENTS = (*BOTS, *WORKERS)
SERVERS = ("mongod", "temporal", "slack")
PARTS = (*CLIENTS, *SERVERS)
LINKS = tuple(f"{client}→{server}" for client in CLIENTS for server in SERVERS)
BALANCER = "slack→bots"
"""Over HTTP the sandbox knows one address, which leads to either bot."""
AWAY: dict[str, tuple[str, ...]] = {"worker": WORKERS, "bot": BOTS}
AWAY |= {"slack": ("slack",), "mongodb": ("mongod",), "temporal": ("temporal",)}
"""Parts that can be away for long, and the processes that are killed for it."""
PEOPLE = 6
_ACT_EVERY = 0.55
"""Average seconds between two acts: two cores carry this rate with all parts on them."""
_MOST_ACTS_AWAY = 240
_LEAD = 15.0
"""Seconds of ordinary work before a part goes away, and after it is back."""
_FAULT_EVERY = 2.2
_FIRST_CREATES = 8
_TOGETHER = 4
"""Programs that change the same task at once, so that requests wait when its run is left."""
_ACTS = (
    "create 16, relay 18, accept 16, decline 6, take_back 8, complete 6, done 3, "
    "progress 4, forge 12, reach_out 6, guest_tries 2, api_create 10, api_relay 9, "
    "api_complete 10, api_progress 3, api_move 3, api_cancel 2, api_look 3, api_stranger 2"
)
_FAULTS = "kill 7, pause 4, link 7, slack 9, delivery 3, sockets 1"
_LINK_WAYS = "cut 3, refuse 2, delay 3, hold 2, mute 3"
_SLACK_METHODS = (
    "chat.postMessage 8, chat.update 2, conversations.open 2, users.info 2, "
    "conversations.history 2, views.open 1, response_url 1, * 2"
)
_SLACK_WAYS = (
    "ratelimited 3, server_error 3, lost_after 5, lost_before 2, slow 2, never 2, "
    "fatal_error 1, service_unavailable 1"
)
_DELIVERY_WAYS = "slow 2, lost_before 1, lost_after 3"
_REPEATS = "no 7, after 2, at_once 2"
"""Names, each with the weight by which it is drawn."""
_TWIN_TOO = 0.35
_LONGEST = {"kill": 3.0, "pause": 5.0, "link": 8.0}
_WORKER_SILENT = 14.0
"""Longer than a worker's heartbeat allows: another takes over, then the first continues a post."""
_STARTS_WITHIN = 8.0
T = TypeVar("T")


@dataclass(frozen=True)
class Act:
    """One thing that a person or a program does, `at` seconds from the start.

    `pick` chooses among the cards or tasks that are there. `repeats` says how the same request
    comes again: not at all, after its answer, or at the same time. Its texts are its own alone.
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
    title: str
    note: str
    reason: str

    def choose(self, among: list[T]) -> T:
        """One of a list that is not empty."""
        return among[int(self.pick * len(among))]


@dataclass(frozen=True)
class Fault:
    """One thing that breaks, `at` seconds from the start and for `lasts` seconds.

    `target` is a part, a link, or a method of Slack's Web API; `way` is how it fails.
    """

    at: float
    kind: str
    target: str
    way: str = ""
    lasts: float = 0.0
    times: int = 1


@dataclass(frozen=True)
class Plan:
    """A storm before it begins. With `away` only that part fails, for the whole time."""

    seed: int
    seconds: float
    away: str | None
    transport: Transport
    is_encrypted: bool
    acts: tuple[Act, ...]
    faults: tuple[Fault, ...]
    key_changes: tuple[Fault, ...]


def make_plan(seed: int, seconds: float, away: str | None = None) -> Plan:
    """Make the plan of a seed. Acts and faults have random numbers of their own."""
    chance = _chance(seed, "ways")
    transport: Transport = "http" if chance.random() < 0.5 else "socket"
    is_encrypted = chance.random() < 0.5
    total = seconds + (2 * _LEAD if away else 0)
    every = max(1.0, seconds / _MOST_ACTS_AWAY) if away else _ACT_EVERY
    acts = tuple(_plan_acts(_chance(seed, "acts"), total, every))
    faults = tuple(_plan_faults(_chance(seed, "faults"), seconds, transport))
    if away:
        faults = tuple(Fault(_LEAD, "away", part, lasts=seconds) for part in AWAY[away])
    keys = tuple(_key_changes(_chance(seed, "keys"))) if is_encrypted and not away else ()
    return Plan(seed, total, away, transport, is_encrypted, acts, faults, keys)


def _chance(seed: int, use: str) -> random.Random:
    return random.Random(f"{seed}-{use}")  # noqa: S311 - no secret depends on it


def _draw(chance: random.Random, weights: str) -> str:
    named = [each.split() for each in weights.split(", ")]
    return chance.choices([name for name, _ in named], [int(weight) for _, weight in named])[0]


def _plan_acts(chance: random.Random, seconds: float, every: float) -> Iterator[Act]:
    at, number = 0.0, 0
    while (at := at + chance.expovariate(1 / every)) < seconds:
        kind = _draw(chance, _ACTS if number > _FIRST_CREATES else "create 2, api_create 1")
        person, pick = chance.randrange(PEOPLE), chance.random()
        for _ in range(_TOGETHER if kind == "api_progress" else 1):
            number += 1
            yield Act(
                at=round(at, 3),
                number=number,
                kind=kind,
                person=person,
                other=(person + 1 + chance.randrange(PEOPLE - 1)) % PEOPLE,
                pick=pick,
                bot=chance.randrange(len(BOTS)),
                repeats=_draw(chance, _REPEATS),
                handshake=chance.random() < 0.4,
                title=f"Errand x{number}",
                note=f"please x{number}",
                reason=f"because x{number}",
            )


def _plan_faults(chance: random.Random, seconds: float, transport: Transport) -> Iterator[Fault]:
    """Yield faults in their order; two faults of one part never overlap."""
    at = 1.0
    busy: dict[str, float] = {}
    while (at := at + chance.expovariate(1 / _FAULT_EVERY)) < seconds:
        for fault in _draw_faults(chance, round(at, 3), transport):
            if busy.get(fault.target, 0) > at:
                continue
            if fault.kind in _LONGEST:
                busy[fault.target] = at + fault.lasts + _STARTS_WITHIN * (fault.kind == "kill")
            yield fault


def _draw_faults(chance: random.Random, at: float, transport: Transport) -> Iterator[Fault]:
    kind = _draw(chance, _FAULTS)
    if kind == "slack":
        method, way = _draw(chance, _SLACK_METHODS), _draw(chance, _SLACK_WAYS)
        # RelAI waits 8 seconds for a call, so a call that takes 12 is never answered.
        lasts = {"slow": chance.uniform(0.5, 6), "never": 12.0, "lost_after": chance.uniform(0, 2)}
        yield Fault(at, kind, method, way, lasts.get(way, 0.0), 1 + chance.randrange(3))
    elif kind == "delivery":
        yield Fault(at, "slack", kind, _draw(chance, _DELIVERY_WAYS), 2.0, 1 + chance.randrange(2))
    elif kind == "sockets":
        yield Fault(at, kind, kind)
    else:
        fault = _part_fault(chance, at, kind, transport)
        yield fault
        twins = next((twins for twins in (BOTS, WORKERS) if fault.target in twins), None)
        if twins is not None and chance.random() < _TWIN_TOO:
            yield replace(fault, target=twins[1 - twins.index(fault.target)])


def _part_fault(chance: random.Random, at: float, kind: str, transport: Transport) -> Fault:
    links = (*LINKS, BALANCER) if transport == "http" else LINKS
    target = chance.choice(links if kind == "link" else PARTS)
    is_long = kind != "kill" and target.startswith(WORKERS)
    lasts = round(chance.uniform(0.5, _WORKER_SILENT if is_long else _LONGEST[kind]), 3)
    way = _draw(chance, _LINK_WAYS) if kind == "link" else ""
    return Fault(at, kind, target, way, 0.0 if way == "cut" else lasts)


def _key_changes(chance: random.Random) -> Iterator[Fault]:
    """Restart all with a second key to read with, then to write with. They are never cut short."""
    first = chance.uniform(8, 14)
    for at, order in ((first, "01"), (first + 25, "10")):
        for place, client in enumerate(CLIENTS):
            yield Fault(at + 3 * place, "keys", client, order)
