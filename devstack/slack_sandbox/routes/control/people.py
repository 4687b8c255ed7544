"""Lets people join, change and leave."""

from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from devstack.slack_sandbox.errors import malformed
from devstack.slack_sandbox.ids import new_id
from devstack.slack_sandbox.records import Json, Person
from devstack.slack_sandbox.routes.control.bodies import NewPerson, PersonFields, read_body
from devstack.slack_sandbox.routes.control.named import person_named
from devstack.slack_sandbox.sandbox import SANDBOX, Sandbox
from devstack.slack_sandbox.workspace import Workspace

_NULLABLE = {"snooze_until", "email"}


def shown_person(workspace: Workspace, person: Person) -> Json:
    """Return the user object with all fields, also those that an app may not see."""
    whole = workspace.people.object_of(person, as_admin=True)
    return {**whole, "snooze_until": person.snooze_until, "dnd": person.dnd.model_dump()}


async def add(request: web.Request) -> web.Response:
    """Let a person join."""
    sandbox = request.app[SANDBOX]
    body = await read_body(request, NewPerson)
    _require_free(sandbox.workspace, body)
    person = sandbox.workspace.people.put(_new_person(sandbox.workspace, body))
    _join_general(sandbox.workspace, person)
    return web.json_response(_told(sandbox, person, "team_join" if body.announce else None))


async def change(request: web.Request) -> web.Response:
    """Change a person, deactivate them, or let them snooze."""
    sandbox = request.app[SANDBOX]
    body = await read_body(request, PersonFields)
    person = person_named(sandbox.workspace, request.match_info["user"])
    _require_zone(body.tz)
    if body.name not in {None, person.name}:
        _require_free_name(sandbox.workspace, body.name or "")
    changed = sandbox.workspace.people.change(person, _given(body))
    return web.json_response(_told(sandbox, changed, "user_change"))


def _told(sandbox: Sandbox, person: Person, event_type: str | None) -> Json:
    """Return the person, and the id of the delivery that tells the app of them."""
    delivery_id = _announce(sandbox, person, event_type) if event_type else None
    return {**shown_person(sandbox.workspace, person), "delivery_id": delivery_id}


def _announce(sandbox: Sandbox, person: Person, event_type: str) -> str | None:
    with_email = "users:read.email" in sandbox.options.scopes
    user = sandbox.workspace.people.object_of(person, with_email=with_email)
    event = {"type": event_type, "user": user}
    return sandbox.events.announce(
        {**event, "cache_ts": person.updated} if event_type == "user_change" else event
    )


def _new_person(workspace: Workspace, body: NewPerson) -> Person:
    fields = _given(body)
    fields.pop("announce", None)
    defaults = {
        "id": new_id("U"),
        "team_id": new_id("T") if body.is_stranger else workspace.installation.team_id,
        "real_name": body.name.capitalize(),
        "email": None if body.is_bot else f"{body.name}@example.com",
        "bot_id": new_id("B") if body.is_bot else None,
    }
    return Person(**{**defaults, **fields})


def _given(body: PersonFields) -> dict[str, Any]:
    """Return the given fields; null only counts for a field that can store it."""
    named = {name: getattr(body, name) for name in body.model_fields_set}
    return {name: v for name, v in named.items() if v is not None or name in _NULLABLE}


def _join_general(workspace: Workspace, person: Person) -> None:
    general = workspace.channels.find_by_name("general")
    if general and not person.deleted:
        workspace.channels.join(general, person.id)


def _require_free(workspace: Workspace, body: NewPerson) -> None:
    _require_zone(body.tz)
    _require_free_name(workspace, body.name)
    if body.id and workspace.people.find(body.id):
        raise malformed(f"there is a person {body.id} already", "id_taken")


def _require_free_name(workspace: Workspace, name: str) -> None:
    if workspace.people.find_by_name(name):
        raise malformed(f"somebody is called @{name} already", "name_taken")


def _require_zone(tz: str | None) -> None:
    try:
        ZoneInfo(tz or "UTC")
    except (KeyError, ValueError, OSError):
        raise malformed(f"{tz!r} is no time zone, as Europe/Madrid is", "unknown_zone") from None


ROUTES = [web.post("/control/people", add), web.patch("/control/people/{user}", change)]
