"""What people who join, leave or look around may see, told by true stories: they are believed."""

import pytest

from tests.chaos.lies_of_joining import join
from tests.chaos.oracles import judge
from tests.chaos.oracles.joining import judge_joining
from tests.chaos.oracles.notices import judge_notices
from tests.chaos.oracles.relays import judge_relays
from tests.chaos.testimony import (
    answer_to,
    relay_of,
    row_of,
    trail_of,
)
from tests.chaos.witnesses import (
    ANA,
    ANN,
    BO,
    CY,
    DUE_AT,
    ENDED,
    NEW,
    RELAY,
    a_fault,
    a_true_story,
    an_act,
)


@pytest.mark.parametrize("leak", ["T-900001 is due", f"<@{ANN}> owns it", "T2-task"])
def test_another_workspace_is_known_by_its_ids_as_well(leak: str) -> None:
    evidence = a_true_story()
    evidence.journal.append(an_act(6, "reach_out", said=leak))
    evidence.inboxes[BO][0]["text"] += leak

    assert {found.what for found in judge(evidence)} == {
        "another workspace in an answer",
        "another workspace in a DM",
    }


def test_people_may_hear_their_own_words_again() -> None:
    """But only those who said them."""
    evidence = a_true_story()
    said = "There is no T-900001 in this workspace."
    evidence.journal.append(an_act(6, "reach_out", typed="/task show T-900001", said=said))
    evidence.inboxes[ANA][0]["text"] += said
    evidence.inboxes[BO][0]["text"] += "T-9000012"
    assert judge(evidence) == []

    evidence.inboxes[BO][0]["text"] += said
    assert [found.what for found in judge(evidence)] == ["another workspace in a DM"]


def test_somebody_may_join() -> None:
    evidence = a_true_story()
    join(evidence)

    assert judge(evidence) == []


@pytest.mark.parametrize(("at", "complaints"), [(100.0, 2), (415.0, 0)])
def test_slack_may_give_up_an_event_whose_last_try_was_lost(at: float, complaints: int) -> None:
    """An earlier one may be lost, for it comes again."""
    evidence = a_true_story()
    join(evidence)
    evidence.histories.pop()
    evidence.inboxes.pop(NEW)
    evidence.journal.extend(a_fault("pause", "bot", at, until=at + 4))

    assert len(judge_joining(evidence)) == complaints


@pytest.mark.parametrize(("moment", "complaints"), [(50.0, 0), (104.0, 0), (9e9, 2)])
def test_who_has_left_need_not_be_told(moment: float, complaints: int) -> None:
    """Neither by a message nor by a notice that was sent; but what came before, they are told."""
    evidence = a_true_story()
    evidence.journal.append({"at": moment, "line": "left", "user": ANA})
    evidence.inboxes[ANA].pop(0)
    row_of(evidence, ENDED).update(state="skipped", reason="deactivated")

    assert len(judge(evidence)) == complaints


@pytest.mark.parametrize(("by", "complaints"), [(ANA, 0), (BO, 1)])
def test_a_sender_hears_of_the_task_if_a_program_closed_it_in_their_name(
    by: str, complaints: int
) -> None:
    """Of any other end they hear from the hand-over, whatever else they are told."""
    evidence = a_true_story()
    relay_of(evidence).update(end="withdrawn", ended_by=by)
    trail_of(evidence)[4].update(actor=by, settled=RELAY, via="a program")
    evidence.inboxes[ANA].pop(0)

    told = [found for found in judge_relays(evidence) if "is not told" in found.what]
    assert len(told) == complaints


def test_a_notice_may_be_tried_until_its_person_leaves_but_not_for_ever() -> None:
    evidence = a_true_story()
    evidence.journal.append({"at": 150.0, "line": "left", "user": ANA})
    evidence.inboxes[ANA].pop(0)
    left_out = {"state": "skipped", "reason": "deactivated", "settled_at": 151.0}
    row_of(evidence, ENDED).update(left_out, created_at=80.0)
    assert judge_notices(evidence) == []

    row_of(evidence, ENDED).update(created_at=60.0)
    assert len(judge_notices(evidence)) == 1


@pytest.mark.parametrize(("moment", "complaints"), [(DUE_AT - 60, 0), (DUE_AT, 1)])
def test_a_task_is_its_creators_if_who_was_to_have_it_has_left(
    moment: float, complaints: int
) -> None:
    evidence = a_true_story()
    answer_to(evidence, 1)["wish"].update(owner=CY)
    evidence.journal.append({"at": moment, "line": "left", "user": CY})

    assert len(judge(evidence)) == complaints
