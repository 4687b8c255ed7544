"""What a person does with their hands: find a button, press it, type, fill in a form."""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp

from relai_core.domain.ids import TeamId, request_id
from tests.chaos.act_plan import Act
from tests.chaos.journal import Json
from tests.scenarios.people import Person, Workspace, buttons_of, text_of

PATIENCE = 10.0
"""Seconds until a request counts as one whose answer nobody knows: the sandbox may be stopped."""
_FORM_WITHIN = 4.0
_REPEATED_WITHIN = 8.0


T = TypeVar("T")


class Nothing(Exception):  # noqa: N818 - no error: there was nothing to do it to
    """An act that fits nothing that anybody sees."""


class Unheard(Exception):  # noqa: N818 - no error: what came of it is found out afterwards
    """A request whose answer nobody heard. It may have been carried out all the same."""

    def __init__(self, asked: Json, why: BaseException) -> None:
        super().__init__(repr(why))
        self.answer: Json = {**asked, "unknown": repr(why)[:200]}


async def answered(asked: Json, doing: Awaitable[T]) -> T:
    """What came back for what was asked.

    Raises:
        Unheard: nothing did.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            return await doing
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        raise Unheard(asked, error) from error


async def heard(doing: Awaitable[Json]) -> Json:
    """What was asked for and what came back, or that nobody knows."""
    try:
        return await doing
    except Unheard as unheard:
        return unheard.answer


@dataclass(frozen=True)
class Card:
    """A message that a person sees, and the button on it that they press."""

    person: Person
    message: Json
    button: Json

    @property
    def number(self) -> str:
        """The T-number of the task that it is about."""
        words = text_of(self.message).replace("*", " ").split()
        found = [word for word in words if word.startswith("T-") and word[2:].isdecimal()]
        if not found:
            raise Nothing("a card without a number")
        return found[0]


class Hands:
    """Acts in the sandbox, and tells of each act what was asked for and what came back.

    All raise `Unheard` if nothing did.
    """

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def find_card(
        self, people: Sequence[Person], action: str, act: Act, about: str | None = None
    ) -> Card:
        """What somebody sees such a button on, of this value if it is given; the first who does.

        Raises:
            Nothing: nobody does.
        """
        for person in people:
            shown = [
                Card(person, message, button)
                for message in await person.messages()
                for button in buttons_of(message)
                if button["action_id"] == action and about in (None, button.get("value"))
            ]
            if shown:
                # The latest are pressed most: old cards are mostly about what is over.
                card: Card = act.chosen(shown[-4:])
                return card
        raise Nothing(f"nobody sees a button {action}")

    async def type(self, person: Person, text: str, act: Act, **marks: Any) -> Json:
        """Type a slash command; `marks` say what is asked for, for the judges."""
        asked = {"user": person.id, "typed": text, **marks}
        delivery = await answered(asked, person.types_once(text))
        return {**asked, **_told(delivery), **await self._repeat(delivery, act)}

    async def press(self, card: Card, act: Act) -> Json:
        """Press a button, also one that is not there if it is forged."""
        body = {
            "user": card.person.id,
            "channel": card.message["channel"],
            "ts": card.message["ts"],
            "action_id": card.button["action_id"],
            "value": card.button.get("value"),
            "force": card.button.get("force", False),
        }
        asked = {"user": card.person.id, "pressed": body["action_id"], "about": body["value"]}
        delivery = await answered(asked, self._workspace.post("actions", body))
        return {**asked, **_told(delivery), **await self._repeat(delivery, act)}

    async def fill_in(self, person: Person, fields: dict[str, Any], act: Act, **marks: Any) -> Json:
        """Fill in the form that opens, and send it.

        Raises:
            Nothing: no form opens.
        """
        view = await _form_of(person)
        asked = {"user": person.id, "sent": view["callback_id"], **marks, **_about(view)}
        delivery = await answered(asked, person.submits_once(view, **fields))
        told: Json = {name: delivery.get(name) for name in ("view_outcome", "errors")}
        if owner := _owner_chosen(delivery):
            # Maybe earlier, in a form that was open already: it asks for all that it holds.
            told["wish"] = {**marks.get("wish", {}), "owner": owner}
        return {**asked, **_told(delivery), **told, **await self._repeat(delivery, act)}

    async def _repeat(self, delivery: Json, act: Act) -> Json:
        """The same payload again, as Slack does not for commands, but a network may."""
        if not act.repeats:
            return {}
        body = {"times": 2, "concurrently": True} if act.repeats == "at_once" else {}
        try:
            async with asyncio.timeout(_REPEATED_WITHIN):
                again = await self._workspace.post(f"deliveries/{delivery['id']}/repeat", body)
        except (aiohttp.ClientError, TimeoutError, AssertionError) as error:
            # A sandbox that was killed forgets the delivery, if it had not begun to repeat it.
            return {"not_repeated": repr(error)[:200]}
        return {"again": [_told(each) for each in again["deliveries"]]}


async def any_message(person: Person) -> Json:
    """Some message that the person sees."""
    seen = [message for message in await person.messages() if not message.get("is_ephemeral")]
    if not seen:
        raise Nothing(f"{person.name} has no message")
    return seen[-1]


async def _form_of(person: Person) -> Json:
    try:
        async with asyncio.timeout(_FORM_WITHIN):
            return await person.modal()
    except TimeoutError:
        raise Nothing(f"no form opened for {person.name}") from None


def _about(view: Json) -> Json:
    """The hand-over that a form declines: one for another may have been open already."""
    return {"about": view["private_metadata"]} if view["callback_id"] == "decline_form" else {}


def _owner_chosen(delivery: Json) -> str | None:
    values = delivery["payload"]["view"]["state"]["values"]
    owner: str | None = values.get("owner", {}).get("owner", {}).get("selected_user")
    return owner


def _told(delivery: Json) -> Json:
    payload = delivery["payload"]
    team = TeamId(payload.get("team_id") or payload["team"]["id"])
    trigger = payload.get("trigger_id")
    return {
        "request": request_id(team, trigger) if trigger else None,
        "outcome": delivery["outcome"],
        "said": text_of(delivery["answer"] or {}),
        "elapsed": delivery["elapsed"],
        "begun": delivery["at"],
    }
