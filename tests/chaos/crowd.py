"""People who use RelAI in chat, each by what they see: they type, press and fill in forms."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp

from tests.chaos.journal import Journal, Json
from tests.chaos.plan import PEOPLE, Act
from tests.scenarios.people import Person, Workspace, buttons_of, text_of

PATIENCE = 15.0
"""Seconds until an act counts as one whose answer nobody knows: the sandbox may be stopped."""
_NAMES = ("ana", "bo", "cy", "di", "ed", "flo")
_FORM_WITHIN = 4.0


class Nothing(Exception):  # noqa: N818 - no error: there was nothing to do it to
    """An act that fits nothing that the person sees."""


class Crowd:
    """The members of the workspace, a guest, and everyone who joins on the way."""

    def __init__(self, workspace: Workspace, journal: Journal, foreign: Json) -> None:
        self._workspace = workspace
        self._journal = journal
        self._foreign = foreign
        self.members: list[Person] = []
        self.everyone: list[Person] = []
        self._away: set[str] = set()
        self._ways: dict[str, Callable[[Act, Person], Awaitable[Json]]] = {
            "create": self._create,
            "create_in_form": self._create_in_form,
            "relay": self._relay,
            "relay_in_form": self._relay_in_form,
            "accept": self._accept,
            "decline": self._decline,
            "take_back": self._take_back,
            "complete": self._complete,
            "done": self._done,
            "progress": self._progress,
            "look": self._look,
            "forge": self._forge,
            "reach_out": self._reach_out,
            "guest": self._guest_tries,
            "join": self._join,
            "leave": self._leave,
        }

    @property
    def kinds(self) -> frozenset[str]:
        return frozenset(self._ways)

    async def gather(self) -> None:
        """Let the members and the guest into the workspace."""
        self.members = [await self._workspace.person(name) for name in _NAMES[:PEOPLE]]
        self._guest = await self._workspace.person("gus", is_restricted=True)
        self.everyone = [*self.members, self._guest]
        for person in self.everyone:
            self._journal.note("person", user=person.id, name=person.name)
        self._journal.note("guest", user=self._guest.id)

    async def carry_out(self, act: Act) -> Json:
        """Do one thing, and tell what was asked for and what came back.

        Raises:
            Nothing: there is nothing to do it to.
        """
        person = self.members[act.person]
        if person.id in self._away:
            raise Nothing(f"{person.name} has left")
        return {"user": person.id} | await self._ways[act.kind](act, person)

    def receiver(self, act: Act) -> Person:
        return self.members[act.other]

    async def _create(self, act: Act, person: Person) -> Json:
        title = title_of(act)
        to = f" @{self.receiver(act).name}" if act.pick < 0.6 else ""
        return await self._typed(person, f"/task new {title}{to}", act, title=title)

    async def _create_in_form(self, act: Act, person: Person) -> Json:
        title = title_of(act)
        await self._typed(person, "/task", act)
        view = await _modal(person)
        owner = {"owner": self.receiver(act).id} if act.pick < 0.6 else {}
        return await self._sent_form(person, view, {"title": title, **owner}, title=title)

    async def _relay(self, act: Act, person: Person) -> Json:
        message, _ = await self._card(person, "task_hand_over", act)
        number, note = _number_of(message), note_of(act)
        mode = "--handshake" if act.handshake else "--direct"
        text = f"/relay @{self.receiver(act).name} {number} {note} {mode}"
        return await self._typed(person, text, act, note=note)

    async def _relay_in_form(self, act: Act, person: Person) -> Json:
        message, button = await self._card(person, "task_hand_over", act)
        await self._pressed(person, message, button, act)
        view = await _modal(person)
        note = note_of(act)
        fields = {
            "task": button["value"],
            "receiver": self.receiver(act).id,
            "note": note,
            "mode": "handshake" if act.handshake else "direct",
        }
        return await self._sent_form(person, view, fields, note=note)

    async def _accept(self, act: Act, person: Person) -> Json:
        return await self._press(person, "relay_accept", act)

    async def _take_back(self, act: Act, person: Person) -> Json:
        return await self._press(person, "relay_take_back", act)

    async def _complete(self, act: Act, person: Person) -> Json:
        return await self._press(person, "task_complete", act)

    async def _decline(self, act: Act, person: Person) -> Json:
        message, button = await self._card(person, "relay_decline", act)
        await self._pressed(person, message, button, act)
        view = await _modal(person)
        reason = f"because {act.number}"
        return await self._sent_form(
            person, view, {"reason": reason}, reason=reason, about=button["value"]
        )

    async def _done(self, act: Act, person: Person) -> Json:
        message, _ = await self._card(person, "task_complete", act)
        return await self._typed(person, f"/task done {_number_of(message)}", act)

    async def _progress(self, act: Act, person: Person) -> Json:
        message, _ = await self._card(person, "task_complete", act)
        done = int(act.pick * 100)
        return await self._typed(person, f"/task progress {_number_of(message)} {done}", act)

    async def _look(self, act: Act, person: Person) -> Json:
        return await self._typed(person, "/task list", act)

    async def _forge(self, act: Act, person: Person) -> Json:
        """Press a button that only somebody else was shown."""
        kinds = ["relay_accept", "task_complete", "relay_take_back", "relay_decline"]
        _, theirs = await self._card(self.receiver(act), act.chosen(kinds), act)
        own = await self._any_message(person)
        forged = {"action_id": theirs["action_id"], "value": theirs["value"], "force": True}
        return await self._pressed(person, own, forged, act) | {"forged": True}

    async def _reach_out(self, act: Act, person: Person) -> Json:
        """Ask for what only another workspace has, by its number or by a button's value."""
        number = self._foreign["number"]
        if act.pick < 0.5:
            return await self._typed(person, f"/task show T-{number}", act)
        own = await self._any_message(person)
        task = {"action_id": "task_complete", "value": self._foreign["task_id"], "force": True}
        relay = {"action_id": "relay_accept", "value": self._foreign["relay_id"], "force": True}
        return await self._pressed(person, own, act.chosen([task, relay]), act)

    async def _guest_tries(self, act: Act, person: Person) -> Json:
        title = title_of(act)
        answer = await self._typed(self._guest, f"/task new {title}", act, title=title)
        return answer | {"user": self._guest.id}

    async def _join(self, act: Act, person: Person) -> Json:
        newcomer = await self._workspace.person("new", announce=True)
        self.everyone.append(newcomer)
        self._journal.note("person", user=newcomer.id, name=newcomer.name)
        return {"joined": newcomer.id}

    async def _leave(self, act: Act, person: Person) -> Json:
        """Leave for ever, or until somebody has been away long enough to be missed."""
        if len(self._away) > 1:
            raise Nothing("enough people have left")
        self._away.add(person.id)
        self._journal.note("left", user=person.id)
        await self._workspace.change(person, deleted=True)
        return {"left": person.id}

    async def _press(self, person: Person, action: str, act: Act) -> Json:
        message, button = await self._card(person, action, act)
        return await self._pressed(person, message, button, act)

    async def _card(self, person: Person, action: str, act: Act) -> tuple[Json, Json]:
        """A message that the person sees, and the button on it that is pressed."""
        shown = [
            (message, button)
            for message in await person.messages()
            for button in buttons_of(message)
            if button["action_id"] == action
        ]
        if not shown:
            raise Nothing(f"{person.name} sees no {action}")
        # The latest are pressed most: old cards are mostly about what is over.
        chosen: tuple[Json, Json] = act.chosen(shown[-4:])
        return chosen

    async def _any_message(self, person: Person) -> Json:
        seen = [message for message in await person.messages() if not message.get("is_ephemeral")]
        if not seen:
            raise Nothing(f"{person.name} has no message")
        return seen[-1]

    async def _typed(self, person: Person, text: str, act: Act, **marks: str) -> Json:
        delivery = await person.types(text)
        return {"typed": text, **_told(delivery), **marks, **await self._repeated(delivery, act)}

    async def _pressed(self, person: Person, message: Json, button: Json, act: Act) -> Json:
        body = {
            "user": person.id,
            "channel": message["channel"],
            "ts": message["ts"],
            "action_id": button["action_id"],
            "value": button.get("value"),
            "force": button.get("force", False),
        }
        delivery = await self._workspace.post("actions", body)
        pressed = {"pressed": button["action_id"], "about": button.get("value")}
        return {**pressed, **_told(delivery), **await self._repeated(delivery, act)}

    async def _sent_form(
        self, person: Person, view: Json, fields: dict[str, Any], **marks: str
    ) -> Json:
        delivery = await person.submits(view, **fields)
        told = {"view_outcome": delivery.get("view_outcome"), "errors": delivery.get("errors")}
        return {"sent": view["callback_id"], **_told(delivery), **told, **marks}

    async def _repeated(self, delivery: Json, act: Act) -> Json:
        """The same payload again, as Slack does not for commands, but a network may."""
        if not act.repeats:
            return {}
        body = {"times": 2, "concurrently": True} if act.repeats == "at_once" else {}
        again = await self._workspace.post(f"deliveries/{delivery['id']}/repeat", body)
        return {"again": [_told(each) for each in again["deliveries"]]}


def title_of(act: Act) -> str:
    """A title that no other act gives."""
    return f"Errand x{act.number}"


def note_of(act: Act) -> str:
    """A note that no other act gives."""
    return f"please x{act.number}"


async def within_patience(doing: Awaitable[Json]) -> Json:
    """What came of an act, or that nobody knows."""
    try:
        async with asyncio.timeout(PATIENCE):
            return await doing
    except Nothing as nothing:
        return {"nothing": str(nothing)}
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return {"unknown": repr(error)[:200]}
    except AssertionError as refused:
        # The sandbox found nothing to act on: it changed between the look and the act.
        return {"nothing": str(refused)[:200]}


async def _modal(person: Person) -> Json:
    try:
        async with asyncio.timeout(_FORM_WITHIN):
            return await person.modal()
    except TimeoutError:
        raise Nothing(f"no form opened for {person.name}") from None


def _told(delivery: Json) -> Json:
    payload = delivery["payload"]
    return {
        "trigger": payload.get("trigger_id"),
        "outcome": delivery["outcome"],
        "said": text_of(delivery["answer"] or {}),
        "elapsed": delivery["elapsed"],
    }


def _number_of(message: Json) -> str:
    words = text_of(message).replace("*", " ").split()
    number = next((word for word in words if word.startswith("T-") and word[2:].isdecimal()), None)
    if number is None:
        raise Nothing("a card without a number")
    return number
