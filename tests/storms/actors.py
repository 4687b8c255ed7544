"""The people and the programs of a storm: each acts by the cards and tasks that it sees."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp

from tests.scenarios.api import Answer, Api
from tests.scenarios.people import Person, Workspace
from tests.storms.evidence import Journal, Json
from tests.storms.plan import Act
from tests.storms.ui_actions import Card, NothingToDoError, UiActions, newest_message

_PATIENCE = 30.0
"""Seconds for an act with all its repeats."""
_FORGED = ("relay_accept", "task_complete", "relay_take_back", "relay_decline")
_DUE_WITHIN = timedelta(seconds=25)


class Actors:
    """Six members and a guest, a program with a token, and one with another workspace's token.

    `foreign` holds the ids of another workspace's task and relay. An act fills its entry of the
    journal before it sends its request, so an act that gets no answer can be checked as well.
    """

    NAMES = ("ana", "bo", "cy", "di", "ed", "flo")

    def __init__(
        self,
        workspace: Workspace,
        people: list[Person],
        apis: list[Api],
        stranger: Api,
        foreign: Json,
        journal: Journal,
    ) -> None:
        *self.members, self._guest = people
        self._ui = UiActions(workspace)
        self._apis = apis
        self._stranger = stranger
        self._foreign = foreign
        self._journal = journal

    async def carry_out(self, act: Act) -> None:
        """Carry out one act, and note in the journal what was asked for and answered."""
        entry: Json = {"number": act.number, "kind": act.kind, "begun": round(time.time(), 3)}
        do: Callable[[Act, Json], Awaitable[None]] = getattr(self, f"_{act.kind}")
        try:
            async with asyncio.timeout(_PATIENCE):
                await do(act, entry)
        except (NothingToDoError, AssertionError) as nothing:
            # The sandbox refuses what is not there any more; no request was sent.
            entry["nothing"] = str(nothing)[:200]
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            entry.setdefault("answers", []).append({"unknown": repr(error)[:200]})
        self._journal.note("act", **entry)

    def _turn(self, act: Act) -> list[Person]:
        """The members, beginning with the one whose turn it is."""
        return [*self.members[act.person :], *self.members[: act.person]]

    async def _card(self, action: str, act: Act) -> Card:
        return await self._ui.find_card(self._turn(act), action, act)

    async def _create(self, act: Act, entry: Json) -> None:
        person, owner = self.members[act.person], self._owner(act)
        entry |= {"title": act.title, "owner": owner.id}
        to = "" if owner is person else f" @{owner.name}"
        due = " due in 15 seconds" if act.handshake else ""
        await self._ui.type(person, f"/task new {act.title}{to}{due}", act, entry)

    async def _create_in_form(self, act: Act, entry: Json) -> None:
        person, owner = self.members[act.person], self._owner(act)
        await self._ui.type(person, "/task", act, {})
        await self._ui.fill_in(person, {"title": act.title, "owner": owner.id}, act, entry)

    def _owner(self, act: Act) -> Person:
        return self.members[act.other if act.pick < 0.6 else act.person]

    async def _relay(self, act: Act, entry: Json) -> None:
        card, receiver = await self._card("task_hand_over", act), self.members[act.other]
        entry |= {"note": act.note, "receiver": receiver.id, "task": card.number}
        mode = "handshake" if act.handshake else "direct"
        text = f"/relay @{receiver.name} {card.number} {act.note} --{mode}"
        await self._ui.type(card.person, text, act, entry)

    async def _accept(self, act: Act, entry: Json) -> None:
        await self._ui.press(await self._card("relay_accept", act), act, entry)

    async def _take_back(self, act: Act, entry: Json) -> None:
        await self._ui.press(await self._card("relay_take_back", act), act, entry)

    async def _complete(self, act: Act, entry: Json) -> None:
        await self._ui.press(await self._card("task_complete", act), act, entry)

    async def _decline(self, act: Act, entry: Json) -> None:
        card = await self._card("relay_decline", act)
        await self._ui.press(card, act, {})
        await self._ui.fill_in(card.person, {"reason": act.reason}, act, entry)

    async def _done(self, act: Act, entry: Json) -> None:
        card = await self._card("task_complete", act)
        entry["task"] = card.number
        await self._ui.type(card.person, f"/task done {card.number}", act, entry)

    async def _progress(self, act: Act, entry: Json) -> None:
        card = await self._card("task_complete", act)
        entry["task"] = card.number
        text = f"/task progress {card.number} {int(act.pick * 100)}"
        await self._ui.type(card.person, text, act, entry)

    async def _look(self, act: Act, entry: Json) -> None:
        await self._ui.type(self.members[act.person], "/task list", act, entry)

    async def _forge(self, act: Act, entry: Json) -> None:
        """Press a button that only another person was shown."""
        shown = await self._card(act.choose(list(_FORGED)), act)
        person = next(each for each in self._turn(act)[::-1] if each != shown.person)
        forged = Card(person, await newest_message(person), shown.button | {"force": True})
        await self._ui.press(forged, act, entry)

    async def _reach_out(self, act: Act, entry: Json) -> None:
        """Ask for another workspace's task, by its number or by a button's value."""
        person, known = self.members[act.person], self._foreign
        if act.pick < 0.5:
            await self._ui.type(person, f"/task show T-{known['number']}", act, entry)
            return
        action, value = act.choose(
            [("relay_accept", known["relay_id"]), ("task_complete", known["task_id"])]
        )
        button = {"action_id": action, "value": value, "force": True}
        await self._ui.press(Card(person, await newest_message(person), button), act, entry)

    async def _guest_tries(self, act: Act, entry: Json) -> None:
        entry["title"] = act.title
        await self._ui.type(self._guest, f"/task new {act.title}", act, entry)

    async def _api_create(self, act: Act, entry: Json) -> None:
        entry["owner"] = self.members[act.other].id
        body = {"title": act.title, "assignedTo": entry["owner"]}
        body |= {"creator": self.members[act.person].id} if act.handshake else {}
        body |= {"estimatedHandoff": _soon(act)} if act.pick < 0.7 else {}
        entry["user"] = body.get("creator", entry["owner"])
        await self._send(act, entry, "/api/tasks", body)

    async def _api_relay(self, act: Act, entry: Json) -> None:
        task, actor = await self._open_task(act)
        entry |= {"note": act.note, "receiver": self.members[act.other].id, "user": actor}
        body = {
            "from_user": actor,
            "to_user": entry["receiver"],
            "message": act.note,
            "mode": "handshake" if act.handshake else "direct",
        }
        await self._send(act, entry, f"/api/tasks/{task['id']}/relay", body)

    async def _api_complete(self, act: Act, entry: Json) -> None:
        """Complete the task that is due next, so that completions and reminders meet."""
        task, actor = await self._open_task(act, due_next=True)
        entry["user"] = actor
        await self._send(act, entry, f"/api/tasks/{task['id']}/complete", {"actor": actor})

    async def _api_progress(self, act: Act, entry: Json) -> None:
        await self._change(act, entry, {"progress": int(act.pick * 100)})

    async def _api_move(self, act: Act, entry: Json) -> None:
        await self._change(act, entry, {"estimatedHandoff": _soon(act)})

    async def _api_cancel(self, act: Act, entry: Json) -> None:
        await self._change(act, entry, {"status": "cancelled"})

    async def _api_look(self, act: Act, entry: Json) -> None:
        await self._read(self._apis[act.bot], act, entry)

    async def _api_stranger(self, act: Act, entry: Json) -> None:
        """Read with the token of another workspace."""
        await self._read(self._stranger, act, entry)

    async def _read(self, api: Api, act: Act, entry: Json) -> None:
        known = self._foreign
        paths = [
            "/api/tasks",
            f"/api/tasks/{known['task_id']}",
            f"/api/tasks/T-{known['number']}",
            f"/api/tasks/{known['task_id']}/trail",
            f"/api/workflows/relay-{known['relay_id']}",
        ]
        entry["asked"] = act.choose(paths)
        entry["answers"] = [await _heard(api.get(entry["asked"]))]

    async def _change(self, act: Act, entry: Json, change: Json) -> None:
        task, actor = await self._open_task(act)
        entry["user"] = actor
        await self._send(act, entry, f"/api/tasks/{task['id']}", change | {"actor": actor})

    async def _open_task(self, act: Act, *, due_next: bool = False) -> tuple[Json, str]:
        """An open task, and the actor: mostly its owner, sometimes somebody else."""
        answer = await self._apis[act.bot].get("/api/tasks", status="open", limit=50)
        tasks: list[Json] = answer.json.get("tasks") or []
        now = datetime.now(UTC).isoformat()
        due = [task for task in tasks if (task.get("estimatedHandoff") or "") > now]
        if due_next and due:
            tasks = sorted(due, key=lambda task: str(task["estimatedHandoff"]))[:2]
        if not tasks:
            raise NothingToDoError(f"no open task: {answer.status}")
        task = act.choose(tasks)
        is_owner = act.pick * 100 % 10 < 8
        return task, task["assignedTo"] if is_owner else self.members[act.person].id

    async def _send(self, act: Act, entry: Json, path: str, body: Json) -> None:
        """Send a request with a key, and again to the other bot if so planned or after 503."""
        first, second = self._apis[act.bot], self._apis[1 - act.bot]
        entry |= {"asked": path, "body": body, "key": f"storm-{act.number}"}
        if path == "/api/tasks":
            entry["title"] = body["title"]

        async def send(api: Api) -> Json:
            call = api.patch if act.kind in _PATCHES else api.post
            return await _heard(call(path, body, key=entry["key"]))

        if act.repeats == "at_once":
            entry["answers"] = list(await asyncio.gather(send(first), send(second)))
            return
        entry["answers"] = [await send(first)]
        if act.repeats == "after" or entry["answers"][0].get("status") == 503:
            entry["answers"].append(await send(second))


_PATCHES = ("api_progress", "api_move", "api_cancel")


async def _heard(calling: Awaitable[Answer]) -> Json:
    """The answer to a call, or that it is unknown."""
    began = time.monotonic()
    try:
        answer = await calling
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return {"unknown": repr(error)[:200]}
    took = round(time.monotonic() - began, 3)
    return {"status": answer.status, "json": answer.json, "took": took}


def _soon(act: Act) -> Any:
    """A due date within the storm, so that there are reminders."""
    due = datetime.now(UTC) + timedelta(seconds=2) + act.pick * _DUE_WITHIN
    return due.isoformat(timespec="milliseconds")
