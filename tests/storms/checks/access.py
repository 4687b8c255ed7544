"""Promise 5: only who may acts, nothing of another workspace is seen, and no secret is written."""

import json
import re
from collections.abc import Iterator
from itertools import pairwise

from tests.storms.checks.commands import requests_of
from tests.storms.evidence import Evidence, Json, Violation, team_of
from tests.storms.other_workspace import MARK, known_ids
from tests.storms.secret_search import PLACES

PROMISE = "only who may"
_INVOLVED = ("owner", "creator")
_MAY = {
    "completed": _INVOLVED,
    "cancelled": _INVOLVED,
    "edited": _INVOLVED,
    "progressed": ("owner",),
    "relay_opened": ("owner",),
    "relay_accepted": ("to_user",),
    "relay_declined": ("to_user",),
    "relay_withdrawn": ("from_user",),
    "taken_back": ("from_user",),
}
"""The people who may cause an event; all other events are the clock's."""


def check_access(evidence: Evidence) -> Iterator[Violation]:
    """Look at who did what, and at what people and programs of other workspaces saw."""
    relays = evidence.relays()
    for trail in evidence.trails().values():
        for before, event in pairwise(trail):
            known = {**relays.get(event["relay_id"], {}), "owner": before["owner"]}
            known["creator"] = trail[0]["actor"]
            if event["actor"] not in [known.get(role) for role in _MAY.get(event["kind"], ("",))]:
                yield Violation(PROMISE, f"{event['kind']} by somebody else", event["_id"], event)
    yield from _check_names(evidence)
    yield from _check_other_workspace(evidence)
    for leak in evidence.leaks:
        yield Violation(PROMISE, f"{leak['what']} in the open", leak["place"], leak)
    for place in PLACES:
        if not evidence.searched.get(place):
            yield Violation(PROMISE, "a place was not searched for secrets", place)


def _check_names(evidence: Evidence) -> Iterator[Violation]:
    """An event has the name of the person who asked, and a guest does and owns nothing."""
    events = {event["_id"]: event for event in evidence.ours("task_events")}
    for act in evidence.acts():
        for request in requests_of(act) & events.keys():
            event = events[request]
            if event["actor"] != act["user"] or bool(event["via"]) != ("asked" in act):
                yield Violation(PROMISE, "something was done in another name", request, event)
    guests = {entry["user"] for entry in evidence.lines("guest")}
    for event in events.values():
        if guests & {event["actor"], event["owner"]}:
            yield Violation(PROMISE, "a guest acts or owns", event["_id"], event)


def _check_other_workspace(evidence: Evidence) -> Iterator[Violation]:
    marks = [MARK, *known_ids(evidence.foreign).values()]
    for act in evidence.acts():
        answers = [*act.get("answers", []), {"listed": act.get("listed")}]
        own = json.dumps({name: act[name] for name in act if name not in ("answers", "listed")})
        seen = [mark for mark in marks if mark not in own and _stands_in(mark, answers)]
        if seen:
            yield Violation(PROMISE, "another workspace in an answer", seen[0], act)
        if act["kind"] == "api_stranger" and any(each.get("status") == 200 for each in answers):
            yield Violation(PROMISE, "another workspace's token was let in", act["asked"], act)
    for user, inbox in evidence.inboxes.items():
        if _stands_in(MARK, inbox):
            yield Violation(PROMISE, "another workspace in a DM", user)
    for name, before in evidence.foreign.items():
        now = [each for each in evidence.documents[name] if team_of(each) != evidence.team]
        if sorted(now, key=_id) != sorted(before, key=_id):
            yield Violation(PROMISE, "another workspace was changed", name, now)


def _id(document: Json) -> str:
    return str(document["_id"])


def _stands_in(mark: str, answers: list[Json]) -> bool:
    """True if a mark stands in answers. A number may be part of another number."""
    pattern = rf"(?<![\w.]){mark}(?!\w)" if mark.isdecimal() else re.escape(mark)
    return re.search(pattern, json.dumps(answers).replace("\\n", " ")) is not None
