"""The actions of a person in the sandbox: find a button, press it, type, fill in a form."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from relai_core.domain.ids import TeamId, request_id
from tests.scenarios.people import Person, Workspace, buttons_of, number_in, text_of
from tests.storms.evidence import Json
from tests.storms.plan import Act

_FORM_WITHIN = 4.0
_REPEATED_WITHIN = 8.0
_NEWEST = 4
"""Cards of which one is pressed: older cards are mostly about relays that have ended."""


@dataclass(frozen=True)
class Card:
    """A message that a person sees, and a button on it."""

    person: Person
    message: Json
    button: Json

    @property
    def number(self) -> str:
        """The T-number of the task that the card is about."""
        return number_in(text_of(self.message))


@dataclass
class UiActions:
    """Acts in the sandbox. The entry of each act is filled before the request is sent."""

    workspace: Workspace

    async def find_card(self, people: Sequence[Person], act: Act, *actions: str) -> Card:
        """Return a card with one of these buttons, of the first person who sees any."""
        for person in people:
            cards = [
                Card(person, message, button)
                for message in await person.messages()
                for button in buttons_of(message)
                if button["action_id"] in actions
            ]
            if cards:
                return act.choose(cards[-_NEWEST:])
        raise AssertionError(f"no button {actions}")

    async def type(self, person: Person, text: str, act: Act, entry: Json) -> None:
        """Type a slash command."""
        entry |= {"user": person.id, "typed": text}
        await self._heard(await person.types_once(text), act, entry)

    async def press(self, card: Card, act: Act, entry: Json) -> None:
        """Press a button; with `force` in it also one that the person was not shown."""
        body = {"user": card.person.id, "force": card.button.get("force", False)}
        body |= {name: card.message[name] for name in ("channel", "ts")}
        body |= {name: card.button.get(name) for name in ("action_id", "value")}
        entry |= {"user": card.person.id, "pressed": body["action_id"], "about": body["value"]}
        await self._heard(await self.workspace.post("actions", body), act, entry)

    async def fill_in(self, person: Person, fields: dict[str, Any], act: Act, entry: Json) -> None:
        """Fill in the form that opens, and send it."""
        async with asyncio.timeout(_FORM_WITHIN):
            view = await person.modal()
        entry |= {"user": person.id, "sent": view["callback_id"], **fields}
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
                again = await self.workspace.post(path, body)
            entry["answers"] += [_answer(each) for each in again["deliveries"]]
        except (aiohttp.ClientError, TimeoutError, AssertionError) as error:
            entry["answers"].append({"unknown": repr(error)[:200]})


async def newest_message(person: Person) -> Json:
    """The newest message that a person sees."""
    seen = [message for message in await person.messages() if not message.get("is_ephemeral")]
    assert seen, f"{person.name} has no message"
    return seen[-1]


def _answer(delivery: Json) -> Json:
    payload = delivery["payload"]
    team = TeamId(payload.get("team_id") or payload["team"]["id"])
    trigger = payload.get("trigger_id")
    return {
        "view_outcome": delivery.get("view_outcome"),
        "request": request_id(team, trigger) if trigger else None,
        "outcome": delivery["outcome"],
        "said": text_of(delivery["answer"] or {}),
    }
