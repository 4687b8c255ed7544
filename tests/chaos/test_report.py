"""The table at the end of a run counts what happened, and not what was planned."""

from tests.chaos.evidence import Evidence
from tests.chaos.report import report
from tests.chaos.witnesses import a_fault, a_true_story, an_act


def test_only_faults_that_hit_are_counted() -> None:
    evidence = _a_run()
    evidence.journal.extend(a_fault("slack", "chat.postMessage", 50.0))
    (in_vain,) = a_fault("slack", "users.info", 51.0)
    evidence.journal.extend([in_vain, {**in_vain, "line": "fault_skipped", "why": "down"}])
    evidence.journal.extend(a_fault("sockets", "sockets", 52.0))

    told = report(evidence, [])

    assert "Slack's answers: 1\n" in told
    assert "Slack's sockets: 1\n" in told


def test_acts_whose_answer_nobody_heard_are_counted_apart() -> None:
    evidence = _a_run()
    heard_before = len(evidence.lines("act"))
    unknown = {"unknown": "ClientConnectionError()"}
    heard = {"status": 201, "json": {}}
    evidence.journal.append(an_act(6, "api_create", **unknown, again=[unknown]))
    evidence.journal.append(an_act(7, "api_create", **unknown, again=[heard]))
    evidence.journal.append(an_act(8, "duel", accepted=unknown, taken_back=unknown))
    evidence.journal.append(an_act(9, "accept", nothing="nobody sees a button"))

    told = report(evidence, [])

    assert f"Operations: {heard_before + 1}\n" in told
    assert "Of which nobody knows what came: 2\n" in told


def _a_run() -> Evidence:
    evidence = a_true_story()
    (plan,) = evidence.lines("plan")
    plan.update(seed=1, seconds=60, transport="http")
    return evidence
