"""People who use RelAI in chat, each by what they see: they type, press and fill in forms."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import aiohttp

from tests.chaos.act_plan import PEOPLE, Act
from tests.chaos.hands import Card, Hands, Nothing, answered, any_message, heard
from tests.chaos.journal import Journal, Json
from tests.scenarios.people import Person, Workspace

_PATIENCE = 30.0
"""Seconds for an act with all its looks and repeats."""
_NAMES = ("ana", "bo", "cy", "di", "ed", "flo")
_MAY_LEAVE = 2
_REST = 12
"""Seconds."""


class Crowd:
    """The members of the workspace, a guest, and everyone who joins on the way."""

    def __init__(self, workspace: Workspace, journal: Journal, foreign: Json) -> None:
        self._workspace = workspace
        self._hands = Hands(workspace)
        self._journal = journal
        self._foreign = foreign
        self.members: list[Person] = []
        self.everyone: list[Person] = []
        self._leaving: dict[str, float] = {}
        self._left: set[str] = set()
        self._ways: dict[str, Callable[[Act], Awaitable[Json]]] = {
            "create": self._create,
            "create_in_form": self._create_in_form,
            "relay": self._relay,
            "relay_in_form": self._relay_in_form,
            "accept": self._accept,
            "decline": self._decline,
            "take_back": self._take_back,
            "duel": self._duel,
            "complete": self._complete,
            "done": self._done,
            "progress": self._progress,
            "look": self._look,
            "forge": self._forge,
            "reach_out": self._reach_out,
            "guest": self._guest_tries,
            "join": self._join,
            "leave": self._leave,
            "rest": self._rest,
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
        return await self._ways[act.kind](act)

    async def note_who_left(self) -> None:
        """Ask the sandbox about those of whom nobody heard whether they got away."""
        known = (await self._workspace.get("workspace"))["people"]
        gone = {each["id"] for each in known if each["deleted"]}
        for user in (gone & self._leaving.keys()) - self._left:
            self._note_left(user)

    def _note_left(self, user: str) -> None:
        self._left.add(user)
        self._journal.note("left", user=user, since=round(self._leaving[user], 3))

    def present(self, act: Act) -> list[Person]:
        """The members who have not left, whose turn it is first."""
        turn = [*self.members[act.person :], *self.members[: act.person]]
        return [person for person in turn if person.id not in self._leaving]

    def receiver(self, act: Act) -> Person:
        """Who is given something; maybe somebody who has left."""
        return self.members[act.other]

    async def _find(self, action: str, act: Act) -> Card:
        return await self._hands.find_card(self.present(act), action, act)

    async def _create(self, act: Act) -> Json:
        title, person = title_of(act), self.present(act)[0]
        owner = self.receiver(act) if act.pick < 0.6 else person
        to = "" if owner is person else f" @{owner.name}"
        text, wish = f"/task new {title}{to}", {"owner": owner.id}
        return await self._hands.type(person, text, act, title=title, wish=wish)

    async def _create_in_form(self, act: Act) -> Json:
        title, person = title_of(act), self.present(act)[0]
        await self._hands.type(person, "/task", act)
        owner = self.receiver(act) if act.pick < 0.6 else person
        fields = {"title": title} | ({} if owner is person else {"owner": owner.id})
        wish = {"owner": owner.id}
        return await self._hands.fill_in(person, fields, act, title=title, wish=wish)

    async def _relay(self, act: Act) -> Json:
        card = await self._find("task_hand_over", act)
        note = note_of(act)
        mode = "handshake" if act.handshake else "direct"
        text = f"/relay @{self.receiver(act).name} {card.number} {note} --{mode}"
        wish = {"number": card.number, "receiver": self.receiver(act).id, "mode": mode}
        return await self._hands.type(card.person, text, act, note=note, wish=wish)

    async def _relay_in_form(self, act: Act) -> Json:
        card = await self._find("task_hand_over", act)
        await self._hands.press(card, act)
        note = note_of(act)
        wish = {
            "task": card.button["value"],
            "receiver": self.receiver(act).id,
            "mode": "handshake" if act.handshake else "direct",
        }
        fields = {**wish, "note": note}
        return await self._hands.fill_in(card.person, fields, act, note=note, wish=wish)

    async def _accept(self, act: Act) -> Json:
        return await self._hands.press(await self._find("relay_accept", act), act)

    async def _take_back(self, act: Act) -> Json:
        return await self._hands.press(await self._find("relay_take_back", act), act)

    async def _duel(self, act: Act) -> Json:
        """Accept and take back the same hand-over at the same moment."""
        offer = await self._find("relay_accept", act)
        relay = offer.button["value"]
        theirs = await self._hands.find_card(self.present(act), "relay_take_back", act, relay)
        accepted, taken_back = await asyncio.gather(
            *(within_patience(self._hands.press(card, act)) for card in (offer, theirs))
        )
        return {"user": offer.person.id, "accepted": accepted, "taken_back": taken_back}

    async def _complete(self, act: Act) -> Json:
        return await self._hands.press(await self._find("task_complete", act), act)

    async def _decline(self, act: Act) -> Json:
        card = await self._find("relay_decline", act)
        await self._hands.press(card, act)
        reason = f"because x{act.number}"
        return await self._hands.fill_in(card.person, {"reason": reason}, act, reason=reason)

    async def _done(self, act: Act) -> Json:
        card = await self._find("task_complete", act)
        text, wish = f"/task done {card.number}", {"number": card.number}
        return await self._hands.type(card.person, text, act, wish=wish)

    async def _progress(self, act: Act) -> Json:
        card = await self._find("task_complete", act)
        progress = int(act.pick * 100)
        text = f"/task progress {card.number} {progress}"
        wish = {"number": card.number, "progress": progress}
        return await self._hands.type(card.person, text, act, wish=wish)

    async def _look(self, act: Act) -> Json:
        return await self._hands.type(self.present(act)[0], "/task list", act)

    async def _forge(self, act: Act) -> Json:
        """Press a button that only somebody else was shown."""
        kinds = ["relay_accept", "task_complete", "relay_take_back", "relay_decline"]
        theirs = await self._find(act.chosen(kinds), act)
        others = [person for person in self.present(act) if person != theirs.person]
        own = await any_message(others[-1])
        forged = theirs.button | {"force": True}
        return await self._hands.press(Card(others[-1], own, forged), act) | {"forged": True}

    async def _reach_out(self, act: Act) -> Json:
        """Ask for what only another workspace has, by its number or by a button's value."""
        person, known = self.present(act)[0], self._foreign
        if act.pick < 0.5:
            return await self._hands.type(person, f"/task show T-{known['number']}", act)
        own = await any_message(person)
        task = {"action_id": "task_complete", "value": known["task_id"], "force": True}
        relay = {"action_id": "relay_accept", "value": known["relay_id"], "force": True}
        chosen = task if act.pick < 0.75 else relay
        return await self._hands.press(Card(person, own, chosen), act)

    async def _guest_tries(self, act: Act) -> Json:
        title = title_of(act)
        return await self._hands.type(self._guest, f"/task new {title}", act, title=title)

    async def _join(self, act: Act) -> Json:
        newcomer = await self._workspace.person("new", announce=True)
        self.everyone.append(newcomer)
        self._journal.note("person", user=newcomer.id, name=newcomer.name)
        return {"user": newcomer.id, "joined": newcomer.name}

    async def _leave(self, act: Act) -> Json:
        """Leave for good, with whatever one owns or was offered."""
        if len(self._leaving) >= _MAY_LEAVE:
            raise Nothing("enough people have left")
        person = self.present(act)[0]
        asked = {"user": person.id, "left": person.name}
        self._leaving[person.id] = time.time()
        await answered(asked, self._workspace.change(person, deleted=True))
        self._note_left(person.id)
        return asked

    async def _rest(self, act: Act) -> Json:
        """Want to hear nothing for a while."""
        person = self.present(act)[0]
        until = int(time.time()) + _REST
        await self._workspace.change(person, snooze_until=until)
        self._journal.note("rests", user=person.id, until=until)
        return {"user": person.id, "rests": _REST}


def title_of(act: Act) -> str:
    """A title that no other act gives."""
    return f"Errand x{act.number}"


def note_of(act: Act) -> str:
    """A note that no other act gives."""
    return f"please x{act.number}"


async def within_patience(doing: Awaitable[Json]) -> Json:
    """What came of an act, or that nobody knows; what was asked for is kept all the same."""
    try:
        async with asyncio.timeout(_PATIENCE):
            return await heard(doing)
    except Nothing as nothing:
        return {"nothing": str(nothing)}
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        return {"unknown": repr(error)[:200]}
    except AssertionError as refused:
        # The sandbox found nothing to act on: it changed between the look and the act.
        return {"nothing": str(refused)[:200]}
