"""Modals and Home tabs."""

import hashlib
from typing import Any

from devstack.slack_sandbox.block_ids import with_ids
from devstack.slack_sandbox.broadcast import Broadcast
from devstack.slack_sandbox.element_state import state_of
from devstack.slack_sandbox.ids import Clock, new_id, new_secret
from devstack.slack_sandbox.records import Installation, Json, View
from devstack.slack_sandbox.storage import Storage, Table

MOST_ON_STACK = 3
_CONTENT = [
    "type",
    "blocks",
    "title",
    "submit",
    "close",
    "callback_id",
    "private_metadata",
    "external_id",
    "clear_on_close",
    "notify_on_close",
    "submit_disabled",
]


class Views:
    """Each person's stack of modals, and their Home tab."""

    def __init__(
        self, storage: Storage, broadcast: Broadcast, clock: Clock, installation: Installation
    ) -> None:
        self._rows = Table(storage, View)
        self._broadcast = broadcast
        self._clock = clock
        self._installation = installation

    def find(self, view_id: str) -> View | None:
        return self._rows.find(view_id)

    def find_external(self, external_id: str) -> View | None:
        return next((v for v in self._rows if v.external_id == external_id), None)

    def stack_of(self, user: str) -> list[View]:
        return [v for v in self._rows if v.user == user and v.type == "modal"]

    def home_of(self, user: str) -> View | None:
        return next((v for v in self._rows if v.user == user and v.type == "home"), None)

    def open(self, user: str, content: Json) -> View:
        """Show a new modal; it replaces all open modals of the person."""
        for view in self.stack_of(user):
            self._rows.delete(view)
        return self._add(user, content, previous=None)

    def push(self, below: View, content: Json) -> View:
        return self._add(below.user, content, previous=below)

    def publish(self, user: str, content: Json) -> View:
        home = self.home_of(user)
        return self.update(home, content) if home else self._add(user, content, previous=None)

    def _add(self, user: str, content: Json, previous: View | None) -> View:
        view_id = new_id("V")
        return self._put(
            View(
                id=view_id,
                user=user,
                hash=self._hash(),
                root_view_id=previous.root_view_id if previous else view_id,
                previous_view_id=previous.id if previous else None,
                **_content(content),
            )
        )

    def update(self, view: View, content: Json) -> View:
        """Replace the content of the view; the person's entry in a kept block stays."""
        fresh = View(
            id=view.id,
            user=view.user,
            hash=self._hash(),
            root_view_id=view.root_view_id,
            previous_view_id=view.previous_view_id,
            **_content(content),
        )
        kept = {b["block_id"]: view.values[b["block_id"]] for b in fresh.blocks if _kept(b, view)}
        return self._put(fresh.model_copy(update={"values": kept}))

    def enter(self, view: View, values: dict[str, dict[str, Json]]) -> View:
        """Remember the person's entries and choices."""
        merged = dict(view.values)
        for block_id, entered in values.items():
            merged[block_id] = {**merged.get(block_id, {}), **entered}
        return self._put(view.model_copy(update={"values": merged}))

    def close(self, view: View) -> None:
        self._rows.delete(view)
        self._broadcast.announce("views", user=view.user)

    def clear(self, user: str) -> None:
        for view in self.stack_of(user):
            self.close(view)

    def _put(self, view: View) -> View:
        self._rows.put(view)
        self._broadcast.announce("views", user=view.user)
        return view

    def _hash(self) -> str:
        digest = hashlib.sha256(new_secret().encode()).hexdigest()
        return f"{int(self._clock())}.{digest[:8]}"

    def object_of(self, view: View) -> Json:
        """Return Slack's view object, with the state of every input in it."""
        return {
            "id": view.id,
            "team_id": self._installation.team_id,
            "type": view.type,
            "blocks": view.blocks,
            "private_metadata": view.private_metadata,
            "callback_id": view.callback_id,
            "state": {"values": state_of(view.blocks, view.values)},
            "hash": view.hash,
            "title": view.title,
            "clear_on_close": view.clear_on_close,
            "notify_on_close": view.notify_on_close,
            "close": view.close,
            "submit": view.submit,
            "submit_disabled": view.submit_disabled,
            "previous_view_id": view.previous_view_id,
            "root_view_id": view.root_view_id,
            "app_id": self._installation.app_id,
            "external_id": view.external_id,
            "app_installed_team_id": self._installation.team_id,
            "bot_id": self._installation.bot_id,
        }


def _content(content: Json) -> dict[str, Any]:
    given = {name: content[name] for name in _CONTENT if content.get(name) is not None}
    return {**given, "blocks": with_ids(content.get("blocks")) or []}


def _kept(block: Json, view: View) -> bool:
    return block.get("block_id") in view.values
