"""Each oracle is fed a true story in which one witness lies, and is heard to complain."""

import json
from pathlib import Path

import pytest

from tests.chaos.evidence import Evidence, Json
from tests.chaos.leaks import PLACES, Writing, find_leaks
from tests.chaos.lies import (
    LIES,
    audit_finds,
    expire,
    hurry,
    nudge,
    press_again,
)
from tests.chaos.lies_of_joining import join
from tests.chaos.lies_of_notices import LEFT_OUT
from tests.chaos.oracles import judge
from tests.chaos.oracles.joining import judge_joining
from tests.chaos.oracles.notices import judge_notices
from tests.chaos.oracles.outcomes import judge_outcomes_told
from tests.chaos.oracles.presses import presses_excused
from tests.chaos.oracles.relays import judge_relays
from tests.chaos.oracles.reminders import judge_reminders
from tests.chaos.oracles.windows import judge_windows
from tests.chaos.testimony import (
    answer_to,
    lifecycle_of,
    relay_of,
    relaying_of,
    reminder_of,
    row_of,
    task_of,
    trail_of,
)
from tests.chaos.witnesses import (
    ANA,
    ANN,
    ASSIGNED,
    BO,
    CLOSED_AT,
    CY,
    DUE_AT,
    ENDED,
    NEW,
    OFFERED,
    RELAY,
    REMINDER,
    TASK,
    a_fault,
    a_message,
    a_row,
    a_true_story,
    an_act,
)

SECRETS = {"API_TOKENS": b"a secret"}


def test_a_true_story_is_believed() -> None:
    """Otherwise the complaints below would prove nothing."""
    assert judge(a_true_story()) == []


@pytest.mark.parametrize("complaint", LIES)
def test_a_lie_is_heard(complaint: str) -> None:
    """Whatever else is complained of, it is called by its name and its promise."""
    promise, lie = LIES[complaint]
    evidence = a_true_story()

    lie(evidence)

    assert (promise, complaint) in {(found.promise, found.what) for found in judge(evidence)}


@pytest.mark.parametrize("what", LEFT_OUT)
def test_what_is_left_out_must_have_been_untrue_by_then(what: str) -> None:
    evidence = a_true_story()
    key, settled_at = LEFT_OUT[what]

    row_of(evidence, key).update(state="skipped", reason="no longer true", settled_at=settled_at)

    assert ("a notice was skipped without a reason", key) in {
        (found.what, found.about) for found in judge(evidence)
    }


@pytest.mark.parametrize("place", PLACES)
def test_it_is_heard_if_one_place_was_not_searched(place: str) -> None:
    evidence = a_true_story()
    assert evidence.searched_in is not None
    del evidence.searched_in[place]

    assert [(found.what, found.about) for found in judge(evidence)] == [
        ("not searched for secrets", place)
    ]


@pytest.mark.parametrize("place", PLACES)
def test_it_is_heard_where_a_secret_stood(place: str) -> None:
    evidence = a_true_story()
    evidence.leaks.extend(find_leaks([Writing(place, "", "a secret", may_quote=True)], SECRETS))

    assert [(found.what, found.about) for found in judge(evidence)] == [
        ("API_TOKENS in the open", place)
    ]


def test_runs_from_before_anything_was_searched_are_judged_as_ever(tmp_path: Path) -> None:
    """And fields that nobody knows any more do no harm."""
    story = dict(vars(a_true_story()))
    del story["searched_in"], story["leaks"]
    kept = tmp_path / "evidence.json"
    kept.write_text(json.dumps(story | {"searched": 3}))

    assert judge(Evidence.load(kept)) == []


def test_a_notice_may_be_seen_twice_if_slack_took_it_after_the_history_was_read() -> None:
    """Slack has no idempotency key, so this can't be ruled out; the report counts it."""
    evidence = a_true_story()
    evidence.inboxes[ANA].append(a_message(ENDED, "<@UBO> accepted T-1", ts=105.0))
    row_of(evidence, ENDED).update(unknown_since=98.0, last_attempt_at=104.9)

    assert judge(evidence) == []


def test_a_message_may_come_with_another_one_if_nobody_waited_for_slack_any_more() -> None:
    evidence = a_true_story()
    hurry(evidence)
    row_of(evidence, OFFERED).update(state="reconciled", unknown_since=DUE_AT - 9)

    assert judge(evidence) == []


def test_a_hand_over_that_nobody_answered_ends_by_the_clock() -> None:
    evidence = a_true_story()
    expire(evidence, after=20.2)

    assert judge(evidence) == []


def test_nobody_waits_for_an_answer_to_what_nobody_could_be_asked() -> None:
    """Then it goes back at once: who was to receive it had left."""
    evidence = a_true_story()
    expire(evidence, after=1.0)
    relay_of(evidence).update(end="returned")

    for event in (trail_of(evidence)[2], relaying_of(evidence)["steps"][1]["result"]["event"]):
        event.update(kind="relay_undeliverable")

    assert judge_windows(evidence) == []


def test_a_sender_may_name_a_shorter_window() -> None:
    evidence = a_true_story()
    relay_of(evidence).update(answer_by=DUE_AT - 39)
    relaying_of(evidence)["input"]["answer_by"] = "2026-03-04T09:59:21Z"

    assert judge(evidence) == []


def test_a_sender_who_is_told_the_end_needs_no_word_of_the_beginning() -> None:
    evidence = a_true_story()
    sent = ENDED.replace("relay_ended", "relay_sent")
    evidence.documents["notices"].append(a_row(sent, state="skipped", reason="no longer true"))

    assert judge(evidence) == []


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


def test_a_notice_may_come_after_it_was_skipped_if_slack_took_it_late() -> None:
    """The history did not show it, and then there was a reason not to send it again."""
    evidence = a_true_story()
    left_out = {"state": "skipped", "reason": "no longer true", "settled_at": CLOSED_AT + 1}
    row_of(evidence, REMINDER).update(left_out, unknown_since=DUE_AT - 0.8)
    assert judge(evidence) == []

    row_of(evidence, REMINDER).update(unknown_since=DUE_AT)
    assert [found.what for found in judge(evidence)] == ["a notice is called skipped, and is there"]


def test_a_notice_may_be_seen_twice_if_neither_of_its_posts_was_answered() -> None:
    """Then the ledger knows when the second was given up, and not when the first one was."""
    evidence = a_true_story()
    evidence.inboxes[ANA].append(a_message(ENDED, "<@UBO> accepted T-1", ts=115.0))
    row_of(evidence, ENDED).update(
        state="reconciled", unknown_since=118.0, last_attempt_at=110.0, ts="115.000000"
    )
    assert judge(evidence) == []

    row_of(evidence, ENDED).update(last_attempt_at=121.0, unknown_since=129.0)
    assert len(judge(evidence)) == 1


def test_a_reminder_can_not_have_been_under_way_for_an_hour() -> None:
    """Whatever the ledger says of its last attempt."""
    evidence = a_true_story()
    reminder_of(evidence).update(ts=f"{DUE_AT + 3600}")

    what = {found.what for found in judge(evidence)}
    assert "a reminder of what was not true any more" in what


def test_a_first_try_may_be_what_came_late() -> None:
    """It was begun while it was true, and given up before the second try."""
    evidence = a_true_story()
    reminder_of(evidence).update(ts=f"{CLOSED_AT + 4}")
    row_of(evidence, REMINDER).update(attempted_at=CLOSED_AT - 1, last_attempt_at=CLOSED_AT + 8)

    assert judge_reminders(evidence) == []


def test_somebody_may_be_nudged_between() -> None:
    evidence = a_true_story()
    nudge(evidence, DUE_AT - 39.5)

    assert judge(evidence) == []


def test_a_reminder_may_cross_the_change_that_ends_it() -> None:
    """It was true when its post began, and nothing can call back what is on its way."""
    evidence = a_true_story()
    reminder_of(evidence).update(ts=f"{DUE_AT + 68}")
    row_of(evidence, REMINDER).update(last_attempt_at=DUE_AT + 60.05)

    assert judge(evidence) == []


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


def test_an_answer_of_slacks_that_was_lost_is_the_answer_to_one_press() -> None:
    evidence = a_true_story()
    press_again(evidence)
    first = evidence.journal[-1]
    evidence.journal.append({**first, "number": 9})
    evidence.journal.extend(a_fault("slack", "response_url", 75.0))

    assert len(judge(evidence)) == 1


def test_a_card_may_be_left_out_once_its_task_is_closed() -> None:
    evidence = a_true_story()
    evidence.inboxes[ANA].pop(1)
    row_of(evidence, ASSIGNED).update(
        state="skipped", reason="no longer true", settled_at=CLOSED_AT + 1
    )

    assert judge(evidence) == []


@pytest.mark.parametrize(
    ("settled_at", "complaints"), [(DUE_AT - 40, 0), (DUE_AT - 45, 1)], ids=["after", "before"]
)
def test_a_nudge_may_be_left_out_once_the_hand_over_is_answered(
    settled_at: float, complaints: int
) -> None:
    evidence = a_true_story()
    nudge = OFFERED.replace("relay_offered", "relay_nudged")
    left_out = {"state": "skipped", "reason": "no longer true", "settled_at": settled_at}
    evidence.documents["notices"].append(a_row(nudge) | left_out)

    assert len(judge(evidence)) == complaints


def test_whoever_has_a_task_from_a_late_answer_gets_its_card() -> None:
    """The step that made it was tried again, and the task had moved on by then."""
    evidence = a_true_story()
    seen = {"id": TASK, "version": 2, "owner": BO, "status": "open"}
    lifecycle_of(evidence)["steps"][0]["result"] = seen
    card = ASSIGNED.replace(ANA, BO)
    evidence.inboxes[BO].append(a_message(card, "T-1 is yours", 90.0))
    row_of(evidence, ASSIGNED).update(_id=card)
    evidence.inboxes[ANA].pop(1)

    assert judge(evidence) == []


def test_nobody_is_asked_about_a_hand_over_that_is_over() -> None:
    """The answer to its opening was lost, and it had ended before the next try."""
    evidence = a_true_story()
    relaying_of(evidence)["steps"][0]["result"]["relay"]["end"] = "accepted"
    evidence.inboxes[BO].pop(0)
    evidence.documents["notices"].remove(row_of(evidence, OFFERED))

    assert judge(evidence) == []


def test_nobody_is_reminded_of_what_was_done_before_it_could_go_out() -> None:
    """A worker may be away for as long as a minute."""
    evidence = a_true_story()
    evidence.inboxes[BO].pop(1)
    evidence.documents["notices"].remove(row_of(evidence, REMINDER))

    assert judge(evidence) == []


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


def test_an_audit_in_the_storm_may_find_what_passes() -> None:
    """A step that fails while a part is away is tried on."""
    evidence = a_true_story()
    audit_finds(evidence, "workflow_stuck")

    assert judge(evidence) == []


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
