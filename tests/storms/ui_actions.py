"""The actions of a person in the sandbox: find a button, press it, type, fill in a form."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from relai_core.domain.ids import TeamId, request_id
from tests.scenarios.people import Person, Workspace, buttons_of, text_of
from tests.storms.evidence import Json
from tests.storms.plan import Act

_FORM_WITHIN = 4.0
_REPEATED_WITHIN = 8.0
_NEWEST = 4
"""Cards of which one is pressed: older cards are mostly about relays that have ended."""


class NothingToDoError(Exception):
    """No person sees anything that the act fits."""


@dataclass(frozen=True)
class Card:
    """A message that a person sees, and a button on it."""

    person: Person
    message: Json
    button: Json

    @property
    def number(self) -> str:
        """The T-number of the task that the card is about."""
        words = text_of(self.message).replace("*", " ").split()
        for word in words:
            if word.startswith("T-") and word[2:].isdecimal():
                return word
        raise NothingToDoError("a card without a number")


class UiActions:
    """Acts in the sandbox. The entry of each act is filled before the request is sent."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    async def find_card(self, people: Sequence[Person], action: str, act: Act) -> Card:
        """Return a card with such a button, of the first of these people who sees one."""
        for person in people:
            cards = [
                Card(person, message, button)
                for message in await person.messages()
                for button in buttons_of(message)
                if button["action_id"] == action
            ]
            if cards:
                return act.choose(cards[-_NEWEST:])
        raise NothingToDoError(f"no button {action}")

    async def type(self, person: Person, text: str, act: Act, entry: Json) -> None:
        """Type a slash command."""
        entry |= {"user": person.id, "typed": text}
        await self._heard(await person.types_once(text), act, entry)

    async def press(self, card: Card, act: Act, entry: Json) -> None:
        """Press a button; with `force` in it also one that the person was not shown."""
        button = card.button
        body = {
            "user": card.person.id,
            "channel": card.message["channel"],
            "ts": card.message["ts"],
            "action_id": button["action_id"],
            "value": button.get("value"),
            "force": button.get("force", False),
        }
        entry |= {"user": card.person.id, "pressed": body["action_id"], "about": body["value"]}
        await self._heard(await self._workspace.post("actions", body), act, entry)

    async def fill_in(self, person: Person, fields: dict[str, Any], act: Act, entry: Json) -> None:
        """Fill in the form that opens, and send it."""
        try:
            async with asyncio.timeout(_FORM_WITHIN):
                view = await person.modal()
        except TimeoutError:
            raise NothingToDoError("no form opened") from None
        entry |= {"user": person.id, "sent": view["callback_id"], **fields}
        if view["callback_id"] == "decline_form":
            entry["about"] = view["private_metadata"]
        await self._heard(await person.submits_once(view, **fields), act, entry)

    async def _heard(self, delivery: Json, act: Act, entry: Json) -> None:
        """Note the answer, and repeat the payload, as Slack or a network may."""
        entry["answers"] = [_answer(delivery)]
        if act.repeats == "no":
            return
        body = {"times": 2, "concurrently": True} if act.repeats == "at_once" else {}
        path = f"deliveries/{delivery['id']}/repeat"
        try:
            async with asyncio.timeout(_REPEATED_WITHIN):
                again = await self._workspace.post(path, body)
            entry["answers"] += [_answer(each) for each in again["deliveries"]]
        except (aiohttp.ClientError, TimeoutError, AssertionError) as error:
            entry["answers"].append({"unknown": repr(error)[:200]})


async def newest_message(person: Person) -> Json:
    """The newest message that a person sees."""
    seen = [message for message in await person.messages() if not message.get("is_ephemeral")]
    if not seen:
        raise NothingToDoError(f"{person.name} has no message")
    return seen[-1]


def _answer(delivery: Json) -> Json:
    payload = delivery["payload"]
    team = TeamId(payload.get("team_id") or payload["team"]["id"])
    trigger = payload.get("trigger_id")
    told = {name: delivery[name] for name in ("view_outcome", "errors") if delivery.get(name)}
    return told | {
        "request": request_id(team, trigger) if trigger else None,
        "outcome": delivery["outcome"],
        "said": text_of(delivery["answer"] or {}),
    }
