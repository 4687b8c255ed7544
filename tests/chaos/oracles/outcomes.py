"""Promise 2: who was told that more follows hears of it, whatever came of it."""

from tests.chaos.evidence import Evidence, Json, NoticeName, key_of
from tests.chaos.oracles.acts import acts, name_of
from tests.chaos.oracles.answers import Word, answers_of, word_of
from tests.chaos.oracles.histories import change_of
from tests.chaos.oracles.left_out import came_too_late
from tests.chaos.oracles.relays import sender_ended
from tests.chaos.oracles.saved import found_of, requests_of
from tests.chaos.oracles.violation import Violation

_PROMISE = "saved"
_FOLLOWS_WITHIN = 5.0
"""Seconds until an outcome that nobody heard is told by a notice."""


def judge_outcomes_told(evidence: Evidence) -> list[Violation]:
    """Who was told that more follows has a message about it.

    A form says so by closing. If it was carried out, then a word beside it tells, and nobody checks
    on that one; a refusal must be told.
    """
    found = []
    for entry in acts(evidence):
        answers = answers_of(entry["answer"])
        words = [word_of(entry["kind"], each) for each in answers]
        if not _must_follow(evidence, entry["answer"], words):
            continue
        person = entry["answer"]["user"]
        by = entry["begun"] + _FOLLOWS_WITHIN
        if not (evidence.left(person, by) or _followed(evidence, entry["answer"], person)):
            about = name_of(entry)
            found.append(
                Violation(_PROMISE, "told that more follows, and nothing did", about, entry)
            )
    return found


def _must_follow(evidence: Evidence, answer: Json, words: list[Word]) -> bool:
    if Word.SAVED not in words or Word.DONE in words:
        return False
    return "typed" in answer or ("sent" in answer and not found_of(evidence, answer))


def _followed(evidence: Evidence, answer: Json, person: str) -> bool:
    about = {
        relay["_id"] for relay in evidence.ours("relays") if relay["note"] == answer.get("note")
    }
    tasks = {task["_id"] for task in evidence.tasks() if task["title"] == answer.get("title")}
    moments = requests_of(evidence, answer) | about | _refused(evidence, answer)
    for message in evidence.inboxes.get(person, []):
        if (key := key_of(message)) is not None:
            name = NoticeName.of(key)
            if name.moment in moments or (name.about in tasks and name.kind == "task_assigned"):
                return True
    for row in evidence.ours("notices"):
        name = NoticeName.of(row["_id"])
        is_it = name.moment in moments and name.recipient == person
        if _card_left_out(row, person, tasks) or (is_it and came_too_late(evidence, row)):
            return True
    # Their own press, older but later here, ended it: that press is what they are told of.
    return any(
        sender_ended(evidence, relay) for relay in evidence.ours("relays") if relay["_id"] in about
    )


def _card_left_out(row: Json, person: str, tasks: set[str]) -> bool:
    """Whether it is the card of a task that was closed before it could go out: judged elsewhere."""
    name = NoticeName.of(row["_id"])
    is_card = name.about in tasks and name.kind == "task_assigned" and name.recipient == person
    return is_card and bool(row["state"] == "skipped")


def _refused(evidence: Evidence, answer: Json) -> set[str]:
    """What a history calls the request that bears the act's mark."""
    relays = {
        history["input"]["relay_id"]
        for history in evidence.histories
        if history["type"] == "TaskRelayWorkflow" and history["input"]["note"] == answer.get("note")
    }
    changes = [change_of(step) for history in evidence.histories for step in history["steps"]]
    named = {each["id"] for each in changes if each and each.get("reason") == answer.get("reason")}
    return relays | (named if "reason" in answer else set())
