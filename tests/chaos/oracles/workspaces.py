"""Promise 5, its second sentence: nothing of one workspace is ever visible in another."""

import json
import re
from collections.abc import Iterator

from tests.chaos.evidence import Evidence, Json, document_team
from tests.chaos.oracles.acts import name_of
from tests.chaos.oracles.violation import Violation

_PROMISE = "only who may"
_PEOPLE = ("owner", "creator", "from_user", "to_user", "actor")
_ASKED = ("typed", "pressed", "about", "asked", "body", "wish", "title", "note", "reason", "key")
"""What an answer in the journal holds of the person's own words: they may hear them again."""


def judge_workspaces(evidence: Evidence, mark: str = "Embezzlement") -> list[Violation]:
    """Look for the neighbour's words and ids in everything seen, and for traces in their house."""
    marks = {mark, *_ids(evidence)}
    return [*_seen(evidence, marks), *_untouched(evidence)]


def _ids(evidence: Evidence) -> Iterator[str]:
    """What names the neighbour's things and people: by any of it they could be found."""
    for document in (each for kept in evidence.foreign.values() for each in kept):
        yield str(document["_id"])
        yield from (document[name] for name in _PEOPLE if document.get(name))
        if "number" in document:
            yield str(document["number"])


def _seen(evidence: Evidence, marks: set[str]) -> Iterator[Violation]:
    heard: dict[str, set[str]] = {}
    for entry in evidence.lines("act"):
        for answer in _apart(entry["answer"]):
            asked = json.dumps([answer.get(name) for name in _ASKED], ensure_ascii=False)
            own = _found(asked, marks)
            heard.setdefault(answer.get("user", ""), set()).update(own)
            told = {name: value for name, value in answer.items() if name not in _ASKED}
            if seen := _found(json.dumps(told, ensure_ascii=False), marks - own):
                yield Violation(
                    _PROMISE, "another workspace in an answer", name_of(entry), (seen, entry)
                )
    for user, inbox in evidence.inboxes.items():
        strange = marks - heard.get(user, set())
        if seen := _found(json.dumps(inbox, ensure_ascii=False), strange):
            yield Violation(_PROMISE, "another workspace in a DM", user, seen)


def _apart(answer: Json) -> list[Json]:
    """Each side of a duel by itself, for each knows its own words only."""
    sides = [answer[side] for side in ("accepted", "taken_back") if side in answer]
    return sides or [answer]


def _found(text: str, marks: set[str]) -> set[str]:
    """The marks that stand in a text. A number may be part of another, or of a moment."""
    lines = text.replace("\\n", " ")
    return {mark for mark in marks if re.search(_pattern(mark), lines)}


def _pattern(mark: str) -> str:
    return rf"(?<![\w.]){mark}(?!\w)" if mark.isdecimal() else re.escape(mark)


def _untouched(evidence: Evidence) -> Iterator[Violation]:
    for collection, before in evidence.foreign.items():
        now = [each for each in evidence.documents[collection] if _is_foreign(evidence, each)]
        if _in_order(now) != _in_order(before):
            yield Violation(_PROMISE, "another workspace was changed", collection, now)


def _is_foreign(evidence: Evidence, document: Json) -> bool:
    return document_team(document) != evidence.team


def _in_order(documents: list[Json]) -> list[Json]:
    return sorted(documents, key=lambda document: str(document["_id"]))
