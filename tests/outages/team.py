"""People and a program who work before, during and after an outage."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

from tests.chaos.act_plan import Act
from tests.chaos.crowd import within_patience
from tests.chaos.hands import Hands, answered
from tests.chaos.journal import Journal, Json
from tests.outages.plan import Outage
from tests.scenarios.api import Answer, Api
from tests.scenarios.people import Person, Workspace, eventually

_NAMES = ("ana", "bo", "cy", "di", "ed", "flo")
KINDS = 8
"""Of tries, one after another."""
_SOON = 3.0
_OFFERED = 4
_A_FEW_MINUTES = 180.0
_STEP = 0.37
"""By this share of what can be pressed one goes on, so that all of it gets its turn."""
_LEAD = 0.12
"""Share of the outage by which a date lies behind the try that makes it untrue."""


@dataclass(frozen=True)
class Errand:
    """A task that was there before the outage."""

    id: str
    number: str
    owner: Person


class Team:
    """Six people, and a program with an API token. Each try takes the next of `KINDS` kinds."""

    def __init__(self, outage: Outage, workspace: Workspace, api: Api, journal: Journal) -> None:
        self._outage = outage
        self._workspace = workspace
        self._hands = Hands(workspace)
        self._api = api
        self._journal = journal
        self._number = 0
        self._until = 0.0
        self._errands: dict[str, list[Errand]] = {}
        self.people: list[Person] = []
        self._ways: dict[str, Callable[[Act], Awaitable[Json]]] = {
            "create": self._create,
            "api_create": self._api_create,
            "relay": self._relay,
            "api_relay": self._api_relay,
            "done": self._done,
            "api_complete": self._api_complete,
            "api_move": self._api_move,
            "accept": self._accept,
        }

    async def gather(self) -> None:
        """Let everyone into the workspace."""
        self.people = [await self._workspace.person(name) for name in _NAMES]
        for person in self.people:
            self._journal.note("person", user=person.id, name=person.name)

    async def prepare(self) -> None:
        """Make what is going to be handed over, completed, moved and due in the outage.

        Raises:
            AssertionError: one of these was not carried out, though everything runs.
        """
        rounds = -(-self._outage.tries // KINDS)
        seconds = self._outage.seconds
        until_then = _until_told(6 * rounds + _OFFERED)
        for turn in range(rounds):
            share = turn / rounds
            for kind in ("relay", "api_relay"):
                await self._make(kind, None)
            for kind in ("done", "api_complete", "api_move"):
                await self._make(kind, until_then + (share + _LEAD) * seconds)
            await self._make("left alone", until_then + share * seconds)
        for _ in range(_OFFERED):
            await self._make("offered", None)

    async def hand_over(self) -> None:
        """Offer some tasks whose windows end in the outage."""
        for index, errand in enumerate(self._errands["offered"]):
            act = self._act("relay", handshake=index % 2 == 0)
            await self._record(act, self._hand(act, errand))

    def start_trying(self) -> None:
        """The outage begins: dates that are given from now on lie in it."""
        self._until = time.time() + self._outage.seconds

    async def try_next(self) -> Json:
        """Try something, and keep what came of it."""
        kind = list(self._ways)[self._number % KINDS]
        act = self._act(kind, handshake=self._number % (2 * KINDS) < KINDS)
        return await self._record(act, self._ways[act.kind](act))

    async def try_kind(self, kind: str) -> Json:
        """Try just this."""
        act = self._act(kind)
        return await self._record(act, self._ways[kind](act))

    async def send_again(self, entry: Json) -> None:
        """Send a request again under its key, as its caller was told to."""
        answer = entry["answer"]
        method, _, path = answer["asked"].partition(" ")
        told = await self._told(method, path, answer["body"], answer["key"])
        answer["again"] = [told]
        self._journal.note("again", number=entry["number"], answer=told)

    async def _make(self, kind: str, due_in: float | None) -> None:
        act = self._act("api_create")
        owner = self.people[act.other]
        entry = await self._record(act, self._created(act, owner, due_in))
        task = await self._task_of(entry["answer"])
        errand = Errand(task["id"], task["key"], owner)
        self._errands.setdefault(kind, []).append(errand)

    async def _task_of(self, answer: Json) -> Json:
        """The new task, once it is there: a slow machine answers that it is saved."""
        assert answer["status"] in {HTTPStatus.CREATED, HTTPStatus.ACCEPTED}, answer

        async def there() -> Json | None:
            found = await self._api.get(f"/api/tasks/{answer['json']['task_id']}")
            return found.json if found.status == HTTPStatus.OK else None

        task: Json = await eventually("the task is there", there, patience=60)
        return task

    def _act(self, kind: str, *, handshake: bool = False) -> Act:
        self._number += 1
        person = self._number % len(self.people)
        other = (person + 1 + self._number // 7 % (len(self.people) - 1)) % len(self.people)
        return Act(
            at=0.0,
            number=self._number,
            kind=kind,
            person=person,
            other=other,
            pick=self._number * _STEP % 1,
            bot=0,
            repeats="",
            handshake=handshake,
        )

    async def _record(self, act: Act, doing: Awaitable[Json]) -> Json:
        begun = time.time()
        answer = await within_patience(doing)
        took = round(time.time() - begun, 3)
        named = {"number": act.number, "kind": act.kind, "begun": round(begun, 3)}
        return self._journal.note("act", **named, took=took, answer=answer)

    def _next(self, kind: str) -> Errand:
        """The one that waits longest to be tried on."""
        errands = self._errands[kind]
        errands.append(errands.pop(0))
        return errands[-1]

    async def _create(self, act: Act) -> Json:
        title = f"Errand x{act.number}"
        owner = self.people[act.other]
        text = f"/task new {title} @{owner.name} due in {_spoken(self._soon())}"
        wish = {"owner": owner.id}
        return await self._hands.type(self.people[act.person], text, act, title=title, wish=wish)

    async def _api_create(self, act: Act) -> Json:
        return await self._created(act, self.people[act.other], self._soon())

    async def _relay(self, act: Act) -> Json:
        return await self._hand(act, self._next("relay"))

    async def _hand(self, act: Act, errand: Errand) -> Json:
        note = f"please x{act.number}"
        mode, receiver = "handshake" if act.handshake else "direct", self._receiver(act, errand)
        text = f"/relay @{receiver.name} {errand.number} {note} --{mode}"
        wish = {"number": errand.number, "receiver": receiver.id, "mode": mode}
        return await self._hands.type(errand.owner, text, act, note=note, wish=wish)

    async def _api_relay(self, act: Act) -> Json:
        errand, note = self._next("api_relay"), f"please x{act.number}"
        body: Json = {
            "from_user": errand.owner.id,
            "to_user": self._receiver(act, errand).id,
            "message": note,
            "mode": "handshake" if act.handshake else "direct",
        }
        if act.number % 3 == 0:
            body["answer_by"] = _moment(time.time() + self._outage.window.total_seconds())
        path = f"/api/tasks/{errand.id}/relay"
        return await self._sent(act, "POST", path, body, note=note)

    async def _done(self, act: Act) -> Json:
        errand = self._next("done")
        text, wish = f"/task done {errand.number}", {"number": errand.number}
        return await self._hands.type(errand.owner, text, act, wish=wish)

    async def _api_complete(self, act: Act) -> Json:
        errand = self._next("api_complete")
        path = f"/api/tasks/{errand.id}/complete"
        return await self._sent(act, "POST", path, {"actor": errand.owner.id})

    async def _api_move(self, act: Act) -> Json:
        errand = self._next("api_move")
        body = {"estimatedHandoff": _moment(time.time() + self._soon()), "actor": errand.owner.id}
        return await self._sent(act, "PATCH", f"/api/tasks/{errand.id}", body)

    async def _accept(self, act: Act) -> Json:
        turn = [*self.people[act.person :], *self.people[: act.person]]
        return await self._hands.press(await self._hands.find_card(turn, "relay_accept", act), act)

    async def _created(self, act: Act, owner: Person, due_in: float | None) -> Json:
        title = f"Errand x{act.number}"
        body: Json = {"title": title, "assignedTo": owner.id, "creator": self.people[act.person].id}
        if due_in is not None:
            body["estimatedHandoff"] = _moment(time.time() + _SOON + due_in)
        return await self._sent(act, "POST", "/api/tasks", body, title=title)

    def _receiver(self, act: Act, errand: Errand) -> Person:
        chosen = self.people[act.other]
        return chosen if chosen is not errand.owner else self.people[act.person]

    def _soon(self) -> float:
        """Seconds to a date that lies in the outage, if there is so much left of it."""
        return max(_SOON, (self._until - time.time()) / 2)

    async def _sent(self, act: Act, method: str, path: str, body: Json, **marks: str) -> Json:
        key = f"outage-{act.number}"
        asked: Json = {"asked": f"{method} {path}", "body": body, "key": key, **marks}
        return asked | await answered(asked, self._told(method, path, body, key))

    async def _told(self, method: str, path: str, body: Json, key: str) -> Json:
        call = self._api.post if method == "POST" else self._api.patch
        answer: Answer = await call(path, body, key=key)
        return {"status": answer.status, "json": answer.json}


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds")


def _spoken(seconds: float) -> str:
    """As people say it: nobody counts a quarter of an hour in seconds."""
    return f"{seconds:.0f} seconds" if seconds < _A_FEW_MINUTES else f"{seconds // 60:.0f} minutes"


def _until_told(cards: int) -> float:
    """About how many seconds pass until so many cards are there: Slack lets us open 50 a minute."""
    return 15 + 1.3 * max(0, cards - 45)
