"""What may come of acts, told by true stories with a blemish: they are believed, and no others."""

import pytest

from tests.chaos.lies import (
    audit_finds,
)
from tests.chaos.oracles import judge
from tests.chaos.oracles.outcomes import judge_outcomes_told
from tests.chaos.testimony import (
    answer_to,
    lifecycle_of,
    relaying_of,
    task_of,
)
from tests.chaos.witnesses import (
    ANA,
    BO,
    CY,
    RELAY,
    TASK,
    a_fault,
    a_message,
    a_row,
    a_true_story,
    an_act,
)


@pytest.mark.parametrize(("via", "complaints"), [(None, 0), ("a program", 1)])
def test_who_ended_a_saved_relay_with_an_older_press_is_told_of_that_press(
    via: str | None, complaints: int
) -> None:
    """It came from a network that was away; a program's act in their name is another thing."""
    evidence = a_true_story()
    answer_to(evidence, 2).update(said="Saved: to hand the task over.")
    evidence.inboxes[ANA].clear()
    evidence.documents["relays"][0].update(end="withdrawn", ended_by=ANA)
    evidence.documents["task_events"][4].update(actor=ANA, settled=RELAY, via=via)

    assert len(judge_outcomes_told(evidence)) == complaints


def test_a_no_proves_nothing_if_a_repeat_may_have_been_answered_yes() -> None:
    """The sandbox was killed before the answer came."""
    evidence = a_true_story()
    answer_to(evidence, 2).update(
        said="MongoDB …, so nothing was saved. Here is your text: /relay @bo T-1 please x2",
        not_repeated="ServerDisconnectedError()",
    )

    assert judge(evidence) == []


def test_two_effects_are_seen_though_nobody_heard_an_answer() -> None:
    evidence = a_true_story()
    answer = answer_to(evidence, 1)
    asked = {name: answer[name] for name in ("user", "typed", "title", "wish")}
    answer.clear()
    answer.update(asked, unknown="ClientConnectionError()")
    assert judge(evidence) == []

    twin = {**task_of(evidence), "_id": "T1-twin", "number": 2}
    evidence.documents["tasks"].append(twin)

    assert "one request had two effects" in {found.what for found in judge(evidence)}


def test_slack_may_get_no_answer_where_something_is_broken_on_the_way() -> None:
    evidence = a_true_story()
    lost = an_act(6, "look", outcome="operation_timeout")
    lost["answer"]["begun"] = 60.0
    evidence.journal.append(lost)
    assert len(judge(evidence)) == 1

    evidence.journal.extend(a_fault("link", "bot→slack", 55.0, until=58.0))
    assert judge(evidence) == []


@pytest.mark.parametrize("told", [True, False])
def test_who_sent_a_form_is_told_if_nothing_came_of_it(told: bool) -> None:
    evidence = a_true_story()
    form = an_act(6, "relay_in_form", note="please x6", sent="relay_form", view_outcome="closed")
    del form["answer"]["typed"]
    evidence.journal.append(form)
    refused = {**relaying_of(evidence), "id": "relay-T1-x6", "steps": [], "signals": []}
    refused["input"] = {**refused["input"], "relay_id": "T1-x6", "note": "please x6"}
    refused["result"] = {"end": None, "refusal": "not_the_owner"}
    evidence.histories.append(refused)
    if told:
        key = f"{TASK}:request_refused:T1-x6:{ANA}"
        evidence.documents["notices"].append(a_row(key, 120.0, 120.0))
        evidence.inboxes[ANA].append(a_message(key, "T-1 is not yours", 120.0))

    what = [found.what for found in judge(evidence)]
    assert what == ([] if told else ["told that more follows, and nothing did"])


def test_an_audit_in_the_storm_may_find_what_passes() -> None:
    """A step that fails while a part is away is tried on."""
    evidence = a_true_story()
    audit_finds(evidence, "workflow_stuck")

    assert judge(evidence) == []


def test_a_request_that_was_saved_may_be_refused() -> None:
    """If a history tells why, and the person is told so."""
    evidence = a_true_story()
    evidence.journal.append(an_act(5, "done", said="Saved: to mark …", request="r7"))
    refused = {"refusal": {"reason": "task_closed"}, "event": None}
    step = {**lifecycle_of(evidence)["steps"][1], "result": refused}
    lifecycle_of(evidence)["steps"].append({**step, "input": {"change": {"id": "r7"}}})
    key = f"{TASK}:request_refused:r7:{ANA}"
    evidence.documents["notices"].append(a_row(key, ts=110.0))
    evidence.inboxes[ANA].append(a_message(key, "T-1 was already completed", ts=110.0))

    assert judge(evidence) == []


@pytest.mark.parametrize(("user", "complaints"), [(BO, 0), (CY, 1)])
def test_whoever_acts_without_hearing_an_answer_has_asked(user: str, complaints: int) -> None:
    """What they pressed has no name that is known; it was them, and it was this."""
    evidence = a_true_story()
    answer = answer_to(evidence, 3)
    answer.clear()
    answer.update(user=user, pressed="relay_accept", about=RELAY, unknown="TimeoutError()")

    assert len(judge(evidence)) == complaints


def test_of_a_duel_one_side_may_find_nothing_and_the_other_count() -> None:
    """The offer was gone; what the sender pressed at the same moment is theirs all the same."""
    evidence = a_true_story()
    typed = next(act for act in evidence.lines("act") if act["answer"].get("request") == "r4")
    evidence.journal.remove(typed)
    pressed = {"user": BO, "pressed": "task_complete", "outcome": "ok", "said": "", "request": "r4"}
    nothing = {"nothing": "the button is not shown"}
    evidence.journal.append(an_act(8, "duel", accepted=nothing, taken_back=pressed))

    assert judge(evidence) == []


@pytest.mark.parametrize(("transport", "complaints"), [("socket", 0), ("http", 1)])
def test_a_bot_may_take_ten_seconds_to_see_that_its_socket_is_gone(
    transport: str, complaints: int
) -> None:
    evidence = a_true_story()
    evidence.lines("plan")[0].update(transport=transport)
    evidence.journal.extend(a_fault("kill", "slack", 48.0, until=50.0))
    evidence.journal.append(an_act(6, "look", outcome="dispatch_failed"))

    assert len(judge(evidence)) == complaints
