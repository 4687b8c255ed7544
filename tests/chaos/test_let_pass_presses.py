"""What may cost a press its word, told by true stories: they are believed."""

import pytest

from tests.chaos.evidence import Json
from tests.chaos.lies import press_again
from tests.chaos.oracles import judge
from tests.chaos.oracles.presses import judge_presses, presses_excused
from tests.chaos.testimony import relaying_of
from tests.chaos.witnesses import BO, a_fault, a_true_story


@pytest.mark.parametrize("word", ["the history", "a message"])
def test_a_press_may_be_without_effect(word: str) -> None:
    """If it was saved and refused, or if a word about it was said."""
    evidence = a_true_story()
    press_again(evidence)
    if word == "the history":
        step = {**relaying_of(evidence)["steps"][1], "result": {"refusal": {}, "event": None}}
        relaying_of(evidence)["steps"].append({**step, "input": {"change": {"id": "r8"}}})
    else:
        evidence.inboxes[BO].append({"ts": "81.0", "text": "That hand-over was accepted."})

    assert judge(evidence) == []


def test_an_answer_of_slacks_that_was_lost_is_the_answer_to_one_press() -> None:
    evidence = a_true_story()
    press_again(evidence)
    first = evidence.journal[-1]
    evidence.journal.append({**first, "number": 9})
    evidence.journal.extend(a_fault("slack", "response_url", 75.0))

    assert len(judge(evidence)) == 1


def test_a_word_is_the_answer_to_one_press() -> None:
    evidence = a_true_story()
    press_again(evidence)
    evidence.inboxes[BO].append({"ts": "81.0", "text": "That hand-over was accepted."})
    press_again(evidence)

    assert [found.what for found in judge_presses(evidence)] == [
        "a press without effect and without a word"
    ]


@pytest.mark.parametrize(
    ("fault", "complaints"),
    [
        (a_fault("kill", "second_bot", 70.0, until=78.0), 0),
        (a_fault("kill", "second_bot", 70.0, until=76.0), 1),
        (a_fault("kill", "mongod", 70.0, until=90.0), 1),
        (a_fault("link", "bot→slack", 84.0, until=90.0), 0),
        (a_fault("link", "bot→slack", 86.0, until=90.0), 1),
        (a_fault("link", "bot→mongod", 75.0, until=90.0), 1),
        (a_fault("pause", "slack", 75.0), 0),
        (a_fault("slack", "response_url", 20.0), 0),
        (a_fault("slack", "*", 75.0), 0),
        (a_fault("slack", "*", 65.0), 1),
        (a_fault("slack", "views.open", 75.0), 1),
    ],
)
def test_only_what_is_broken_on_the_way_of_a_word_may_cost_it(
    fault: list[Json], complaints: int
) -> None:
    evidence = a_true_story()
    press_again(evidence)
    evidence.journal.extend(fault)

    assert len(judge(evidence)) == complaints
    assert presses_excused(evidence) == 1 - complaints
