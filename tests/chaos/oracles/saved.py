"""Promise 2: what was answered with yes is there, once; what was answered with no is not."""

from collections.abc import Iterator

from tests.chaos.evidence import Evidence, Json
from tests.chaos.oracles.acts import acts, name_of
from tests.chaos.oracles.answers import Word, answers_of, word_of
from tests.chaos.oracles.violation import Violation

_PROMISE = "saved"
_DOUBTFUL_FOR = 20.0
"""Seconds after the sandbox was told to deliver something twice, until when it may have done so."""


def judge_saved(evidence: Evidence) -> list[Violation]:
    """Look for what each act asked for, by the mark that only it bears or by its request."""
    found: list[Violation] = []
    for entry in acts(evidence):
        found += [*_promised(evidence, entry), *_same_answers(entry)]
    return found


def _promised(evidence: Evidence, entry: Json) -> Iterator[Violation]:
    words = {word_of(entry["kind"], answer) for answer in answers_of(entry["answer"])}
    there = found_of(evidence, entry["answer"])
    if there is None:
        return
    about = name_of(entry)
    if len(there) > 1:
        yield Violation(_PROMISE, "one request had two effects", about, there)
    if Word.DONE in words and not there:
        yield Violation(_PROMISE, "answered with yes, and not there", about, entry)
    elif Word.SAVED in words and not there and not _refused(evidence, entry["answer"]):
        yield Violation(_PROMISE, "called saved, and neither there nor refused", about, entry)
    if words == {Word.NOT_SAVED} and there and not _delivered_twice(evidence, entry):
        yield Violation(_PROMISE, "answered with no, and there", about, (entry, there))


def found_of(evidence: Evidence, answer: Json) -> list[Json] | None:
    """What the act led to; None if it bears no mark by which that could be known."""
    if "title" in answer:
        return [task for task in evidence.tasks() if task["title"] == answer["title"]]
    if "note" in answer:
        return [relay for relay in evidence.ours("relays") if relay["note"] == answer["note"]]
    if "reason" in answer:
        ended = [relay for relay in evidence.ours("relays") if relay["_id"] == answer["about"]]
        return [relay for relay in ended if relay["reason"] == answer["reason"]]
    if requests := requests_of(evidence, answer):
        return [event for event in evidence.ours("task_events") if event["_id"] in requests]
    return None


def requests_of(evidence: Evidence, answer: Json) -> set[str]:
    """The ids of the request, by what the bot itself answered or by the trigger it came with."""
    answers = answers_of(answer)
    named = {(each.get("json") or {}).get("request_id") for each in answers}
    return {str(each) for each in (*named, *(each.get("request") for each in answers)) if each}


def _refused(evidence: Evidence, answer: Json) -> bool:
    """Whether a history knows why nothing came of it."""
    requests = requests_of(evidence, answer)
    for history in evidence.histories:
        asked = history["input"] or {}
        if history["type"] == "TaskRelayWorkflow" and asked.get("note") == answer.get("note"):
            return bool((history["result"] or {}).get("refusal"))
        for step in history["steps"]:
            change = (step["input"] or {}).get("change") or {}
            is_it = change.get("id") in requests or (
                "reason" in answer and change.get("reason") == answer["reason"]
            )
            if is_it and (step["result"] or {}).get("refusal"):
                return True
    return False


def _delivered_twice(evidence: Evidence, entry: Json) -> bool:
    """Whether the payload may have come twice: one bot's no says nothing of the other's yes."""
    return any(
        fault["way"] == "duplicate" and 0 <= entry["begun"] - fault["at"] <= _DOUBTFUL_FOR
        for fault in evidence.lines("fault")
    )


def _same_answers(entry: Json) -> Iterator[Violation]:
    """A request that is repeated under its key is answered as it was at first."""
    if not entry["answer"].get("key"):
        return
    answers = answers_of(entry["answer"])
    good = [each["json"] for each in answers if 200 <= each.get("status", 0) < 300]
    if any(each != good[0] for each in good[1:]):
        yield Violation(_PROMISE, "two answers to one key", entry["answer"]["key"], good)
