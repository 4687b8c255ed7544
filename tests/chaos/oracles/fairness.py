"""Promise 2: who asks hears yes or no in words to act on, and has the text back after a no."""

from collections.abc import Iterator

from tests.chaos.evidence import Evidence, Json
from tests.chaos.oracles.acts import acts, name_of
from tests.chaos.oracles.answers import Word, answers_of, word_of
from tests.chaos.oracles.faults import Trouble, troubles
from tests.chaos.oracles.violation import Violation
from tests.chaos.parts import BALANCER, BOTS, link_name

_FAIR = (*range(200, 300), 400, 403, 404, 409, 422, 503)
"""What a program can act on: done, refused by a rule, or to be sent again."""
_ANSWERED_WITHIN = 3.0
_CONNECTED_WITHIN = 10.0
"""Seconds until a bot looks whether its socket is there: `PING_EVERY` in `bot.socket_mode`."""
_KINDS_ON_THE_WAY = ("delivery", "sockets")
_PARTS_ON_THE_WAY = (*BOTS, "slack", BALANCER, *(link_name(bot, "slack") for bot in BOTS))
"""Without one of these Slack may get no answer from RelAI; without any other it must."""


def judge_fairness(evidence: Evidence) -> list[Violation]:
    """Look at every answer that a program or a person got."""
    is_over_http = any(plan.get("transport") == "http" for plan in evidence.lines("plan"))
    lasts_on = 0.0 if is_over_http else _CONNECTED_WITHIN
    broken = [
        trouble._replace(end=trouble.end + lasts_on)
        for trouble in troubles(evidence)
        if _is_on_the_way(trouble)
    ]
    return [
        Violation("saved", what, name_of(act), answer)
        for act in acts(evidence)
        for answer in answers_of(act["answer"])
        for what in _complaints(act, answer, broken)
    ]


def _complaints(act: Json, answer: Json, broken: list[Trouble]) -> Iterator[str]:
    if "status" in answer and answer["status"] not in _FAIR:
        yield "a call without a fair answer"
    if answer.get("outcome", "ok") != "ok" and not _is_felt(answer, broken):
        yield "a person saw Slack's error though nothing was broken on the way"
    is_refused = word_of(act["kind"], answer) is Word.NOT_SAVED
    if is_refused and "said" in answer and not _is_given_back(act["answer"], answer["said"]):
        yield "a text was not given back"


def _is_given_back(asked: Json, said: str) -> bool:
    """Whether the marks of what was typed stand in the answer; a press has none."""
    marks = [asked[name] for name in ("title", "note") if name in asked]
    marks += [value for name, value in asked.get("wish", {}).items() if name == "number"]
    return "typed" not in asked or all(mark in said for mark in marks)


def _is_felt(answer: Json, broken: list[Trouble]) -> bool:
    begun = answer["begun"]
    return any(trouble.is_felt(begun, begun + _ANSWERED_WITHIN) for trouble in broken)


def _is_on_the_way(trouble: Trouble) -> bool:
    return trouble.kind in _KINDS_ON_THE_WAY or trouble.target in _PARTS_ON_THE_WAY
