"""Promise 2 for buttons: a press that can't be saved is answered with a word."""

from collections import Counter

from tests.chaos.evidence import Evidence, Json, key_of
from tests.chaos.oracles.acts import acts, name_of
from tests.chaos.oracles.faults import Trouble, troubles
from tests.chaos.oracles.histories import change_of
from tests.chaos.oracles.violation import Violation
from tests.chaos.parts import BOTS, link_name

_DURABLE = ("relay_accept", "relay_take_back", "task_complete")
"""Buttons that change a task. The others open forms, and a form that does not open is a word."""
_WORD_WITHIN = 15.0
_WORD_SENT_WITHIN = 5.0
"""Seconds from a press in which a fault may cost its word: nobody checks on a whisper."""
_SLACKS_PART = ("response_url", "*")
"""Where a word about a press goes first; it goes elsewhere only if that is refused."""
_ON_THE_WAY = (*BOTS, "slack", *(link_name(bot, "slack") for bot in BOTS))


def judge_presses(evidence: Evidence) -> list[Violation]:
    """Look for the effect of each press that was acknowledged, or else for a word about it."""
    silent, excused = _silent(evidence), _excused(evidence)
    return [
        Violation("saved", "a press without effect and without a word", name_of(act), act)
        for act in silent
        if act not in excused
    ]


def presses_excused(evidence: Evidence) -> int:
    """How many presses had neither, and are let pass since a fault may have cost the word."""
    return len(_excused(evidence))


def _silent(evidence: Evidence) -> list[Json]:
    """The presses that had no effect, and no word of their own."""
    decided = {
        change_of(step).get("id") for history in evidence.histories for step in history["steps"]
    }
    words = {user: _words(inbox) for user, inbox in evidence.inboxes.items()}
    return [
        act
        for act in sorted(acts(evidence), key=_pressed_at)
        if _was_taken(act["answer"])
        and act["answer"]["request"] not in decided
        and not _takes_word(words.get(act["answer"]["user"], []), _pressed_at(act))
    ]


def _words(inbox: list[Json]) -> list[float]:
    """When the bot said something to somebody that is no notice."""
    return sorted(float(message["ts"]) for message in inbox if key_of(message) is None)


def _takes_word(words: list[float], pressed: float) -> bool:
    """Whether one came then: it is the answer to this press and to no other."""
    if (word := next((at for at in words if 0 <= at - pressed <= _WORD_WITHIN), None)) is None:
        return False
    words.remove(word)
    return True


def _pressed_at(act: Json) -> float:
    """When the sandbox sent it, which is later than the look for a button."""
    return float(act["answer"].get("begun", act["begun"]))


def _was_taken(answer: Json) -> bool:
    return answer.get("pressed") in _DURABLE and answer.get("outcome") == "ok"


def _excused(evidence: Evidence) -> list[Json]:
    """Those whose word was on its way through something broken: Slack's faults cost one each."""
    broken = [trouble for trouble in troubles(evidence) if _is_on_the_way(trouble)]
    used: Counter[Trouble] = Counter()
    excused = []
    for act in _silent(evidence):
        felt = [
            trouble
            for trouble in broken
            if trouble.is_felt(_pressed_at(act), _pressed_at(act) + _WORD_SENT_WITHIN)
            and not (trouble.kind == "slack" and used[trouble] >= trouble.times)
        ]
        if felt:
            used[felt[0]] += 1
            excused.append(act)
    return excused


def _is_on_the_way(trouble: Trouble) -> bool:
    """Whether it is on the way from a bot to the person."""
    of_slack = trouble.kind == "slack" and trouble.target in _SLACKS_PART
    return of_slack or trouble.target in _ON_THE_WAY
