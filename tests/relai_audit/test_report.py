"""The report as text and as JSON."""

import json
from datetime import UTC, datetime

import pytest

from relai_audit.findings import ADVICE, Finding, FindingKind
from relai_audit.report import LISTED, Repair, Report, as_json, as_text
from tests.relai_core.builders import TEAM

COUNTS = {
    "tasks": {"open": 3, "archived": 1},
    "relays": {"declined": 1, "open": 1},
    "notices": {"sent": 9},
}


def a_finding(
    subject: str = "task-T0001-a", kind: FindingKind = FindingKind.WORKFLOW_MISSING
) -> Finding:
    return Finding(kind=kind, team_id=TEAM, subject=subject, detail="T-1 is open")


def a_report(*findings: Finding, repairs: tuple[Repair, ...] = ()) -> Report:
    at = datetime(2026, 3, 4, 10, tzinfo=UTC)
    return Report(at=at, workspaces={TEAM: COUNTS}, workflows=3, findings=findings, repairs=repairs)


def test_text_shows_every_count() -> None:
    first, _, workspace, tasks, relays, notices, _, last = as_text(a_report()).splitlines()

    assert first == "RelAI audit, 2026-03-04 10:00:00 UTC, 3 workflows running"
    assert workspace == f"Workspace {TEAM}"
    assert tasks == "  tasks        4   open 3   completed 0   cancelled 0   archived 1"
    assert relays.startswith("  relays       2   accepted 0   declined 1   returned 0")
    assert "sent 9   reconciled 0   skipped 0   failed 0" in notices
    assert last == "Nothing found."


@pytest.mark.parametrize("kind", FindingKind)
def test_text_explains_each_kind_of_finding(kind: FindingKind) -> None:
    text = as_text(a_report(a_finding(kind=kind)))

    assert ADVICE[kind].meaning in text
    assert ADVICE[kind].remedy in text
    assert "    task-T0001-a: T-1 is open" in text


def test_only_the_text_is_shortened() -> None:
    report = a_report(*(a_finding(f"task-T0001-{number}") for number in range(LISTED + 5)))

    assert "… and 5 more" in as_text(report)
    assert len(json.loads(as_json(report))["findings"]) == LISTED + 5


def test_report_is_clean_once_all_is_repaired() -> None:
    finding = a_finding()
    repaired = Repair(finding=finding, is_repaired=True, text="started")
    left = Repair(finding=finding, is_repaired=False, text="not stored")

    assert a_report().is_clean
    assert not a_report(finding).is_clean
    assert not a_report(finding, finding, repairs=(repaired, left)).is_clean
    assert a_report(finding, repairs=(repaired,)).is_clean
    assert "left      not stored" in as_text(a_report(finding, repairs=(left,)))


def test_json_has_counts_findings_and_advice() -> None:
    report = json.loads(as_json(a_report(a_finding())))

    assert report["is_clean"] is False
    assert report["workspaces"] == {TEAM: COUNTS}
    assert report["findings"] == [
        {
            "kind": "workflow_missing",
            "team_id": TEAM,
            "subject": "task-T0001-a",
            "detail": "T-1 is open",
        }
    ]
    assert set(report["advice"]) == {"workflow_missing"}
