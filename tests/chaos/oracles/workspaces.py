"""Promise 5, its second sentence: nothing of one workspace is ever visible in another."""

import json
from collections.abc import Iterator

from tests.chaos.evidence import Evidence, Json, document_team
from tests.chaos.oracles.violation import Violation

_PROMISE = "only who may"


def judge_workspaces(evidence: Evidence, mark: str = "Embezzlement") -> list[Violation]:
    """Look for the neighbour's mark in everything seen, and for traces in the neighbour's house."""
    return [*_seen(evidence, mark), *_untouched(evidence)]


def _seen(evidence: Evidence, mark: str) -> Iterator[Violation]:
    for user, inbox in evidence.inboxes.items():
        if mark in json.dumps(inbox):
            yield Violation(_PROMISE, "another workspace in a DM", user)
    for entry in evidence.lines("act"):
        if mark in json.dumps(entry["answer"]):
            about = f"act {entry['number']} ({entry['kind']})"
            yield Violation(_PROMISE, "another workspace in an answer", about, entry)


def _untouched(evidence: Evidence) -> Iterator[Violation]:
    for collection, before in evidence.foreign.items():
        now = [each for each in evidence.documents[collection] if _is_foreign(evidence, each)]
        if _in_order(now) != _in_order(before):
            yield Violation(_PROMISE, "another workspace was changed", collection, now)


def _is_foreign(evidence: Evidence, document: Json) -> bool:
    return document_team(document) != evidence.team


def _in_order(documents: list[Json]) -> list[Json]:
    return sorted(documents, key=lambda document: str(document["_id"]))
