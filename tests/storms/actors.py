"""The people and the programs of a storm: each acts by the cards and tasks that it sees."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import aiohttp

from tests.scenarios.api import Answer, Api
from tests.scenarios.people import Person
from tests.storms.evidence import Journal, Json
from tests.storms.plan import Act
from tests.storms.ui_actions import Card, UiActions, newest_message

NAMES = ("ana", "bo", "cy", "di", "ed", "flo")
_PATIENCE = 30.0
"""Seconds for an act with all its repeats."""
_SOON, _DUE_WITHIN, _DUE_EVERY = 15, 20, 8
_PRESSES = {"accept": "relay_accept", "take_back": "relay_take_back", "complete": "task_complete"}
_FORGED = ("relay_accept", "task_complete", "relay_take_back", "relay_decline")
_CHANGES = ("api_progress", "api_move", "api_cancel")
_SHARED = dict.fromkeys(_PRESSES, "press") | dict.fromkeys(_CHANGES, "change")
_SHARED |= {"api_look": "read", "api_stranger": "read"}
"""Kinds of acts that one method carries out."""


@dataclass
class Actors:
    """Six members and a guest, a program with a token, and one with another workspace's token.

    `foreign` holds the ids of another workspace's task and relay. An act fills its entry of the
    journal before it sends its request, so an act that gets no answer can be checked as well.
    """

    ui: UiActions
    people: list[Person]
    apis: list[Api]
    stranger: Api
    foreign: Json
    journal: Journal

    async def carry_out(self, act: Act) -> None:
        """Carry out one act, and note in the journal what was asked for and answered."""
        entry: Json = {"number": act.number, "kind": act.kind, "begun": round(time.time(), 3)}
        do: Callable[[Act, Json], Awaitable[None]] = getattr(
            self, f"_{_SHARED.get(act.kind, act.kind)}"
        )
        try:
            async with asyncio.timeout(_PATIENCE):
                await do(act, entry)
        except AssertionError as nothing:
            # There is no such card or task, or the sandbox refused; no request was sent.
            entry["nothing"] = str(nothing)[:200]
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            entry.setdefault("answers", []).append({"unknown": repr(error)[:200]})
        self.journal.note("act", **entry)

    def _turn(self, act: Act) -> list[Person]:
        members = self.people[: len(NAMES)]
        return [*members[act.person :], *members[: act.person]]

    async def _card(self, act: Act, *actions: str) -> Card:
        return await self.ui.find_card(self._turn(act), act, *actions)

    async def _create(self, act: Act, entry: Json) -> None:
        person = self.people[act.person]
        owner = self.people[act.other] if act.pick < 0.6 else person
        entry |= {"title": act.title, "due": time.time() + _SOON}
        to = "" if owner is person else f" @{owner.name}"
        due = f" due in {_SOON} seconds" if act.pick < 0.8 else ""
        await self.ui.type(person, f"/task new {act.title}{to}{due}", act, entry)

    async def _relay(self, act: Act, entry: Json) -> None:
        card, receiver = await self._card(act, "task_hand_over"), self.people[act.other]
        entry |= {"note": act.note, "task": card.number}
        mode = "handshake" if act.handshake else "direct"
        text = f"/relay @{receiver.name} {card.number} {act.note} --{mode}"
        await self.ui.type(card.person, text, act, entry)

    async def _press(self, act: Act, entry: Json) -> None:
        await self.ui.press(await self._card(act, _PRESSES[act.kind]), act, entry)

    async def _decline(self, act: Act, entry: Json) -> None:
        card = await self._card(act, "relay_decline")
        await self.ui.press(card, act, {})
        await self.ui.fill_in(card.person, {"reason": act.reason}, act, entry)

    async def _done(self, act: Act, entry: Json) -> None:
        await self._type_about(act, entry, "/task done {}")

    async def _progress(self, act: Act, entry: Json) -> None:
        await self._type_about(act, entry, f"/task progress {{}} {int(act.pick * 100)}")

    async def _type_about(self, act: Act, entry: Json, text: str) -> None:
        card = await self._card(act, "task_complete")
        entry["task"] = card.number
        await self.ui.type(card.person, text.format(card.number), act, entry)

    async def _forge(self, act: Act, entry: Json) -> None:
        """Press a button that only another person was shown."""
        shown = await self._card(act, *_FORGED)
        person = next(each for each in self._turn(act)[::-1] if each != shown.person)
        forged = Card(person, await newest_message(person), shown.button | {"force": True})
        await self.ui.press(forged, act, entry)

    async def _reach_out(self, act: Act, entry: Json) -> None:
        """Look for another workspace's task: in a list, by number, by a button's value."""
        person, known = self.people[act.person], self.foreign
        if act.pick < 0.5:
            text = "/task list" if act.handshake else f"/task show T-{known['number']}"
            await self.ui.type(person, text, act, entry)
            return
        action, name = (
            ("relay_accept", "relay_id") if act.pick < 0.75 else ("task_complete", "task_id")
        )
        button = {"action_id": action, "value": known[name], "force": True}
        await self.ui.press(Card(person, await newest_message(person), button), act, entry)

    async def _guest_tries(self, act: Act, entry: Json) -> None:
        entry["title"] = act.title
        await self.ui.type(self.people[-1], f"/task new {act.title}", act, entry)

    async def _api_create(self, act: Act, entry: Json) -> None:
        body = {"title": act.title, "assignedTo": self.people[act.other].id}
        body |= {"creator": self.people[act.person].id} if act.handshake else {}
        body |= _due(act, entry) if act.pick < 0.9 else {}
        entry |= {"title": act.title, "user": body.get("creator", body["assignedTo"])}
        await self._send(act, entry, "/api/tasks", body)

    async def _api_relay(self, act: Act, entry: Json) -> None:
        task, entry["user"] = await self._open_task(act, entry)
        entry["note"] = act.note
        body = {"from_user": entry["user"], "to_user": self.people[act.other].id}
        body |= {"message": act.note, "mode": "handshake" if act.handshake else "direct"}
        await self._send(act, entry, f"/api/tasks/{task['id']}/relay", body)

    async def _api_complete(self, act: Act, entry: Json) -> None:
        """Complete the task that is due next when it is due, while its reminder is on its way."""
        task, entry["user"] = await self._open_task(act, entry, is_next=True)
        if due := task.get("estimatedHandoff"):
            left = datetime.fromisoformat(due).timestamp() - time.time()
            await asyncio.sleep(min(max(0, left + act.pick), _SOON))
        await self._send(act, entry, f"/api/tasks/{task['id']}/complete", {"actor": entry["user"]})

    async def _change(self, act: Act, entry: Json) -> None:
        task, entry["user"] = await self._open_task(act, entry)
        body: Json = {"actor": entry["user"]}
        match act.kind:
            case "api_progress":
                body["progress"] = int(act.pick * 100)
            case "api_move":
                body |= _due(act, entry)
            case _:
                body["status"] = "cancelled"
        await self._send(act, entry, f"/api/tasks/{task['id']}", body)

    async def _read(self, act: Act, entry: Json) -> None:
        """Read tasks, also another workspace's; a stranger uses that workspace's token."""
        api = self.stranger if act.kind == "api_stranger" else self.apis[act.bot]
        task, relay = self.foreign["task_id"], self.foreign["relay_id"]
        paths = ["tasks", f"tasks/{task}", f"tasks/{task}/trail", f"workflows/relay-{relay}"]
        entry["asked"] = f"/api/{act.choose([*paths, 'tasks/T-' + self.foreign['number']])}"
        entry["answers"] = [await _heard(api.get(entry["asked"]))]

    async def _open_task(self, act: Act, entry: Json, is_next: bool = False) -> tuple[Json, str]:
        """An open task, and the actor: mostly its owner, sometimes somebody else."""
        answer = await self.apis[act.bot].get("/api/tasks", status="open", limit=50)
        tasks: list[Json] = answer.json.get("tasks") or []
        entry["listed"] = [task["title"] for task in tasks]
        now = datetime.now(UTC).isoformat()
        due = [task for task in tasks if (task.get("estimatedHandoff") or "") > now]
        if is_next and due:
            tasks = sorted(due, key=lambda task: str(task["estimatedHandoff"]))[:2]
        assert tasks, f"no open task: {answer.status}"
        task = act.choose(tasks)
        is_owner = act.pick * 100 % 10 < 8
        return task, task["assignedTo"] if is_owner else self.people[act.person].id

    async def _send(self, act: Act, entry: Json, path: str, body: Json) -> None:
        """Send a request with a key, and again to the other bot if so planned or after 503."""
        first, second = self.apis[act.bot], self.apis[1 - act.bot]
        entry |= {"asked": path, "body": body, "key": f"storm-{act.number}"}

        async def send(api: Api) -> Json:
            call = api.patch if act.kind in _CHANGES else api.post
            return await _heard(call(path, body, key=entry["key"]))

        if act.repeats == "at_once":
            entry["answers"] = list(await asyncio.gather(send(first), send(second)))
            return
        entry["answers"] = [await send(first)]
        if act.repeats == "after" or entry["answers"][0].get("status") == 503:
            entry["answers"].append(await send(second))


async def _heard(calling: Awaitable[Answer]) -> Json:
    began = time.monotonic()
    try:
        answer = await calling
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return {"unknown": repr(error)[:200]}
    took = round(time.monotonic() - began, 3)
    return {"status": answer.status, "json": answer.json, "took": took}


def _due(act: Act, entry: Json) -> dict[str, str]:
    """A due date within the storm; many tasks share one, so that reminders have to wait."""
    entry["due"] = (
        time.time() + 2 + act.pick * _DUE_WITHIN
    ) // _DUE_EVERY * _DUE_EVERY + _DUE_EVERY
    return {"estimatedHandoff": datetime.fromtimestamp(entry["due"], UTC).isoformat()}
