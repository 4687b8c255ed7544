"""The report as a person reads it, and as a program does."""

import json
from datetime import UTC, datetime

import pytest

from relai_audit.findings import ADVICE, Finding, FindingKind
from relai_audit.report import LISTED, Repair, Report, as_json, as_text
from relai_core.domain.census import Census
from relai_core.domain.notice import NoticeState
from relai_core.domain.relay import RelayEnd
from relai_core.domain.task import TaskStatus
from tests.relai_core.builders import TEAM

CENSUS = Census(
    tasks={TaskStatus.OPEN: 3, "archived": 1},
    created=4,
    opened=2,
    ended={RelayEnd.DECLINED: 1},
    still_open=1,
    in_limbo=0,
    notices={NoticeState.SENT: 9, NoticeState.AMBIGUOUS: 1},
)


def a_finding(subject: str = "T0001-a", kind: FindingKind = FindingKind.TASK_LOST) -> Finding:
    return Finding(kind=kind, team_id=TEAM, subject=subject, detail="is gone")


def a_report(*findings: Finding, repairs: tuple[Repair, ...] = ()) -> Report:
    at = datetime(2026, 3, 4, 10, tzinfo=UTC)
    return Report(at=at, workspaces={TEAM: CENSUS}, workflows=3, findings=findings, repairs=repairs)


def test_every_count_is_shown_the_zeros_too() -> None:
    lines = as_text(a_report()).splitlines()

    assert lines[0] == "RelAI audit, 2026-03-04 10:00:00 UTC, 3 workflows running"
    assert (
        "  tasks       4   created        open 3   completed 0   cancelled 0   archived 1" in lines
    )
    assert "declined 1" in lines[4]
    assert "still open 1   of these in limbo 0" in lines[4]
    assert "ambiguous 1   sent 9" in lines[5]


def test_a_clean_report_says_so() -> None:
    assert as_text(a_report()).endswith("Nothing found: everything fits together.")
    assert a_report().is_clean


@pytest.mark.parametrize("kind", FindingKind)
def test_each_kind_of_finding_says_what_it_means_and_what_to_do(kind: FindingKind) -> None:
    text = as_text(a_report(a_finding(kind=kind)))

    assert ADVICE[kind].meaning in text
    assert ADVICE[kind].remedy in text
    assert "    T0001-a: is gone" in text


def test_what_does_not_name_its_workspace_is_shown_with_it() -> None:
    assert "    [T0001] tasks: is gone" in as_text(a_report(a_finding("tasks")))


def test_a_person_is_shown_some_of_many_and_a_program_all() -> None:
    report = a_report(*(a_finding(f"T0001-{number}") for number in range(LISTED + 5)))

    assert "… and 5 more" in as_text(report)
    assert len(json.loads(as_json(report))["findings"]) == LISTED + 5


def test_a_report_is_clean_once_all_that_was_found_is_mended() -> None:
    finding = a_finding()
    mended = Repair(finding=finding, is_mended=True, said="started")
    left = Repair(finding=finding, is_mended=False, said="nobody knows how")

    assert not a_report(finding).is_clean
    assert not a_report(finding, repairs=(left,)).is_clean
    assert a_report(finding, repairs=(mended,)).is_clean
    assert "mended  started" in as_text(a_report(finding, repairs=(mended,)))
    assert "not yet nobody knows how" in as_text(a_report(finding, repairs=(left,)))


def test_a_program_reads_counts_findings_and_advice() -> None:
    said = json.loads(as_json(a_report(a_finding())))

    assert said["is_clean"] is False
    assert said["workspaces"][TEAM]["ended"] == {"declined": 1}
    assert said["findings"] == [
        {"kind": "task_lost", "team_id": TEAM, "subject": "T0001-a", "detail": "is gone"}
    ]
    assert set(said["advice"]) == {"task_lost"}
