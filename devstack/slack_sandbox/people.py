"""The people of the workspace, and how Slack describes them."""

import datetime as dt
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from devstack.slack_sandbox.broadcast import Broadcast
from devstack.slack_sandbox.ids import Clock
from devstack.slack_sandbox.records import Json, Person
from devstack.slack_sandbox.storage import Storage, Table


class People:
    """The people, bots included. A person is never removed, only deactivated."""

    def __init__(self, storage: Storage, broadcast: Broadcast, clock: Clock) -> None:
        self._rows = Table(storage, Person)
        self._broadcast = broadcast
        self._clock = clock

    def __iter__(self) -> Iterator[Person]:
        return iter(self._rows)

    def find(self, user: str) -> Person | None:
        return self._rows.find(user)

    def find_by_name(self, name: str) -> Person | None:
        """Return the person with this handle, active people first."""
        named = [person for person in self._rows if person.name == name]
        return min(named, key=lambda person: person.deleted, default=None)

    def find_by_email(self, email: str) -> Person | None:
        """Return the person with this address, active people first."""
        wanted = email.casefold()
        having = [person for person in self._rows if (person.email or "").casefold() == wanted]
        return min(having, key=lambda person: person.deleted, default=None)

    def put(self, person: Person) -> Person:
        """Store the person as of now."""
        updated = person.model_copy(update={"updated": int(self._clock())})
        self._rows.put(updated)
        self._broadcast.announce("people", user=updated.id)
        return updated

    def change(self, person: Person, changes: dict[str, Any]) -> Person:
        return self.put(person.model_copy(update=changes))

    def object_of(self, person: Person, *, with_email: bool = True, as_admin: bool = False) -> Json:
        """Return Slack's user object; of a deactivated person it tells an app less."""
        described = {
            "id": person.id,
            "team_id": person.team_id,
            "name": person.name,
            "deleted": person.deleted,
            "profile": _profile(person, with_email=with_email),
            "is_bot": person.is_bot,
            "is_app_user": False,
            "updated": person.updated,
        }
        if person.deleted and not as_admin:
            return described
        return {**described, **self._active_fields(person)}

    def _active_fields(self, person: Person) -> Json:
        now = dt.datetime.fromtimestamp(self._clock(), ZoneInfo(person.tz))
        offset = now.utcoffset() or dt.timedelta(0)
        return {
            "real_name": person.real_name,
            "color": "9f69e7",
            "tz": person.tz,
            "tz_label": now.tzname(),
            "tz_offset": int(offset.total_seconds()),
            "is_admin": person.is_admin,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": person.is_restricted,
            "is_ultra_restricted": person.is_ultra_restricted,
            "is_email_confirmed": person.email is not None,
            "who_can_share_contact_card": "EVERYONE",
            **({"is_stranger": True} if person.is_stranger else {}),
        }

    def dnd_of(self, person: Person) -> Json:
        """Return the visible do-not-disturb: a snooze shows as a period that has begun."""
        now = int(self._clock())
        if person.snooze_until and person.snooze_until > now:
            return _dnd(enabled=True, start=now, end=person.snooze_until)
        return _dnd(enabled=person.dnd.enabled, start=person.dnd.start, end=person.dnd.end)


def _dnd(*, enabled: bool, start: int, end: int) -> Json:
    return {"dnd_enabled": enabled, "next_dnd_start_ts": start, "next_dnd_end_ts": end}


def _profile(person: Person, *, with_email: bool) -> Json:
    first, _, last = person.real_name.partition(" ")
    profile: Json = {
        "title": "",
        "real_name": person.real_name,
        "real_name_normalized": person.real_name,
        "display_name": "" if person.is_bot else person.name,
        "display_name_normalized": "" if person.is_bot else person.name,
        "first_name": first,
        "last_name": last,
        "status_text": "",
        "status_emoji": "",
        "team": person.team_id,
    }
    if person.is_bot:
        return {**profile, "bot_id": person.bot_id, "api_app_id": person.app_id or ""}
    return {**profile, "email": person.email} if with_email else profile
