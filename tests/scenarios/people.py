"""People of the sandbox's workspace, who type, press and read for a test."""

import asyncio
import itertools
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from html import escape
from time import monotonic
from typing import Any
from uuid import uuid4

import aiohttp

from tests.storms.evidence import NoticeName, key_of

PATIENCE = 20.0
"""Seconds until something that must happen counts as not happening."""
POLL = 0.05
NOT_SAVED = "so nothing was saved"
"""Part of the answer while a part can't be reached, which a busy machine is enough for."""
_TRIES = 8
_REST = 1.0
"""Seconds until a person tries again after such an answer."""
_GIVES_UP = 0.3
"""Seconds. The app waits longer for each of its parts, so an earlier answer can't say so."""
_WORD_WITHIN = 2.0
"""Seconds in which the message about a press that took longer comes, if there is one."""

Json = dict[str, Any]


async def eventually(
    what: str, look: Callable[[], Awaitable[Any]], patience: float = PATIENCE
) -> Any:
    """Look until there is something to see, and return it."""
    deadline = monotonic() + patience
    while monotonic() < deadline:
        if seen := await look():
            return seen
        await asyncio.sleep(POLL)
    raise AssertionError(f"not seen within {patience:g} s: {what}")


@dataclass(frozen=True)
class Person:
    """Someone in the workspace."""

    slack: "Workspace"
    id: str
    name: str

    async def types(self, text: str, channel: str | None = None) -> Json:
        """Type a slash command, and again while the answer is that nothing was saved.

        A person does so too, and a machine that is busy for a moment is reason enough for such an
        answer. The delivery is the last one.
        """
        return await _until_saved(lambda: self.types_once(text, channel), _answered)

    async def types_once(self, text: str, channel: str | None = None) -> Json:
        """Type a slash command; the delivery, once the app has answered or 3 seconds passed."""
        body = {"user": self.id, "text": text} | ({"channel": channel} if channel else {})
        return await self.slack.post("commands", body)

    async def learns(self, text: str, *parts: str) -> str:
        """Type a command and read what came of it, all of these parts included.

        Where the machine is slow the answer says no more than that the request is saved, and what
        came of it follows in a message.
        """
        said = answer_of(await self.types(text))
        if "follows in a moment" in said:
            said = text_of(await self.sees(*parts, patience=60))
        assert all(part in said for part in parts), said
        return said

    async def creates(self, title: str, owner: "Person | None" = None, due: str = "") -> str:
        """Create a task, one's own if nothing else is said; its number."""
        text = f"/task new {title} {f'@{owner.name}' if owner else ''} {due}"
        # A text that is given back has the title, but no number.
        return number_in(await self.learns(text, escape(title, quote=False), "T-"))

    async def insists_on(self, owner: "Person", title: str, due: str = "") -> str:
        """Give `owner` a task until the answer promises it; the title that is promised.

        It is another title each time: where Temporal is slow the answer may leave open whether
        the task was saved.
        """
        titles = (title if each == 1 else f"{title} ({each})" for each in itertools.count(1))

        async def once() -> str | None:
            tried = next(titles)
            said = answer_of(await self.types_once(f"/task new {tried} @{owner.name} {due}"))
            return tried if says_saved(said) else None

        promised: str = await eventually(f"{title!r} is promised", once, patience=60)
        return promised

    async def presses(self, message: Json, label: str, **changes: Any) -> Json:
        """Press the button with this label, and again while the word is that nothing was saved."""
        return await _until_saved(
            lambda: self.presses_once(message, label, **changes), self._word_about
        )

    async def presses_once(self, message: Json, label: str, **changes: Any) -> Json:
        """Press the button with this label on a message."""
        button = button_of(message, label)
        body = {
            "user": self.id,
            "channel": message["channel"],
            "ts": message["ts"],
            "action_id": button["action_id"],
            "value": button.get("value"),
        }
        return await self.slack.post("actions", body | changes)

    async def _word_about(self, press: Json) -> str:
        """The app's ephemeral message about a slow press; empty if there is none."""
        if (press["elapsed"] or 0) < _GIVES_UP:
            return ""

        async def word() -> str | None:
            later = [m for m in await self.messages() if float(m["ts"]) > press["at"]]
            words = [text_of(m) for m in later if m.get("is_ephemeral")]
            return words[0] if words else None

        with suppress(AssertionError):
            said: str = await eventually("a word about a press", word, _WORD_WITHIN)
            return said
        return ""

    async def modal(self) -> Json:
        """The modal that is open for this person, once one is."""

        async def top() -> Json | None:
            views = (await self.slack.get("views", user=self.id))["views"]
            return views[-1] if views else None

        view: Json = await eventually(f"a modal for {self.name}", top)
        return view

    async def submits(self, view: Json, **values: Any) -> Json:
        """Submit a modal, and again while it stays open because nothing was saved."""
        return await _until_saved(lambda: self.submits_once(view, **values), _reasons)

    async def submits_once(self, view: Json, **values: Any) -> Json:
        """Submit a modal with a value for each input, by its block_id."""
        inputs = {name: {name: value} for name, value in values.items()}
        return await self.slack.post(
            f"views/{view['id']}/submit", {"user": self.id, "values": inputs}
        )

    async def messages(self, channel: str | None = None) -> list[Json]:
        """The messages in the person's DM with the app, or in a channel, oldest first."""
        where = {"channel": channel} if channel else {}
        answer = await self.slack.get("messages", user=self.id, **where)
        return list(answer["messages"])

    async def sees(self, *parts: str, patience: float = PATIENCE) -> Json:
        """The first message in the DM that says all of this, once it is there."""

        async def look() -> Json | None:
            found = [m for m in await self.messages() if all(p in text_of(m) for p in parts)]
            return found[0] if found else None

        found: Json = await eventually(f"{self.name} reads {parts}", look, patience)
        return found

    async def count(self, *parts: str) -> int:
        """The number of messages in the DM that say all of this."""
        return sum(all(p in text_of(m) for p in parts) for m in await self.messages())

    async def told(self, kind: str, *parts: str) -> int:
        """The number of notices of this kind that say all of this.

        A card of another kind may say so too by now, for it is brought up to date.
        """
        keyed = [(m, key) for m in await self.messages() if (key := key_of(m))]
        return sum(
            NoticeName.of(key).kind == kind and all(p in text_of(m) for p in parts)
            for m, key in keyed
        )

    async def sees_no_button(self, message: Json, label: str) -> None:
        """Wait until the message shows no such button any more."""

        async def gone() -> bool:
            now = [m for m in await self.messages() if m["ts"] == message["ts"]]
            return not now or label not in labels_of(now[0])

        await eventually(f"no {label!r} for {self.name}", gone)

    @property
    def mention(self) -> str:
        return f"<@{self.id}>"


class Workspace:
    """The sandbox's control API."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url

    async def person(self, name: str, *, announce: bool = False, **fields: Any) -> Person:
        """Someone new, under a name that no other test uses."""
        unique = f"{name}{uuid4().hex[:6]}"
        user = await self.post("people", {"name": unique, "announce": announce, **fields})
        return Person(self, user["id"], unique)

    async def change(self, person: Person, **fields: Any) -> Json:
        """Change a person's fields."""
        async with self._session.patch(
            f"{self._url}control/people/{person.id}", json=fields
        ) as answer:
            return await _checked(answer)

    async def get(self, path: str, **query: str) -> Json:
        async with self._session.get(f"{self._url}control/{path}", params=query) as answer:
            return await _checked(answer)

    async def post(self, path: str, body: Json) -> Json:
        async with self._session.post(f"{self._url}control/{path}", json=body) as answer:
            return await _checked(answer)

    async def fault(self, method: str, kind: str, **fields: Any) -> None:
        """Have a Web API method, or `*`, or `delivery`, go wrong."""
        await self.post("faults", {"method": method, "kind": kind, **fields})

    async def clear_faults(self) -> None:
        async with self._session.delete(f"{self._url}control/faults") as answer:
            await _checked(answer)

    async def calls(self, method: str) -> list[Json]:
        """The calls of a Web API method so far."""
        return list((await self.get("calls", method=method))["calls"])


async def _until_saved(
    attempt: Callable[[], Awaitable[Json]], read: Callable[[Json], Awaitable[str]]
) -> Json:
    """Try until what is read of the delivery is anything but that nothing was saved."""
    said = ""
    for _ in range(_TRIES):
        delivery = await attempt()
        said = await read(delivery)
        if NOT_SAVED not in said:
            return delivery
        await asyncio.sleep(_REST)
    raise AssertionError(f"{_TRIES} tries, and still: {said}")


async def _answered(delivery: Json) -> str:
    return text_of(delivery["answer"] or {})


async def _reasons(submission: Json) -> str:
    return str(submission.get("errors"))


async def _checked(answer: aiohttp.ClientResponse) -> Json:
    body: Json = await answer.json()
    assert answer.ok, body
    return body


def text_of(message: Json) -> str:
    """Every text that a message shows, its blocks' and buttons' included."""
    return "\n".join([message.get("text") or "", *_texts(message.get("blocks") or [])])


def _texts(node: Any) -> list[str]:
    if isinstance(node, list):
        return [text for each in node for text in _texts(each)]
    if isinstance(node, dict):
        own = [node["text"]] if isinstance(node.get("text"), str) else []
        return own + [text for value in node.values() for text in _texts(value)]
    return []


def buttons_of(message: Json) -> list[Json]:
    return [
        element
        for block in message.get("blocks") or []
        for element in [*(block.get("elements") or []), block.get("accessory") or {}]
        if element.get("type") == "button"
    ]


def labels_of(message: Json) -> list[str]:
    return [button["text"]["text"] for button in buttons_of(message)]


def button_of(message: Json, label: str) -> Json:
    for button in buttons_of(message):
        if button["text"]["text"].rstrip("…") == label.rstrip("…"):
            return button
    raise AssertionError(f"no button {label!r} among {labels_of(message)}")


def answer_of(delivery: Json) -> str:
    """The text of the app's answer to a delivery."""
    assert delivery["outcome"] == "ok", delivery
    return text_of(delivery["answer"] or {})


def says_saved(answer: str) -> bool:
    """True if the answer to `/task new` promises the task, with its number or still without."""
    return "Saved:" in answer or re.search(r"T-\d", answer) is not None


def number_in(text: str) -> str:
    """The first T-number in a text."""
    found = re.search(r"T-\d+", text)
    assert found, text
    return found[0]
