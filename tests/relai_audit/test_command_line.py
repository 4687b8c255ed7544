"""What the command says and answers, whatever becomes of its work."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from relai_audit import command_line
from relai_audit.command_line import UNABLE, run
from relai_audit.findings import Finding, FindingKind
from relai_audit.report import Repair, Report
from relai_core.settings import Settings
from tests.relai_core.builders import TEAM

ROOT = Path(__file__).parents[2]
FINDING = Finding(
    kind=FindingKind.TASK_WITHOUT_WORKFLOW, team_id=TEAM, subject="T0001-a", detail="is open"
)
DONE = Repair(finding=FINDING, is_mended=True, said="task T0001-a is looked after again")


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-test")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-test")


def test_an_error_that_ends_the_repairing_is_said_after_what_was_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def report(_: Settings, *, repair: bool) -> Report:
        return Report(
            at=datetime(2026, 3, 4, 10, tzinfo=UTC),
            workspaces={},
            workflows=3,
            findings=(FINDING, FINDING),
            repairs=(DONE,) if repair else (),
            broken_off="KeyError: 'a fault'",
        )

    monkeypatch.setattr(command_line, "_report", report)

    code = run(["audit", "--repair"])

    said = capsys.readouterr()
    assert code == UNABLE
    assert DONE.said in said.out
    assert said.err == "An error of the program broke the repairing off: KeyError: 'a fault'\n"


def test_an_error_that_ends_the_look_is_no_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def report(_: Settings, *, repair: bool) -> Report:
        raise KeyError(repair)

    monkeypatch.setattr(command_line, "_report", report)

    code = run(["audit"])

    said = capsys.readouterr()
    assert code == UNABLE
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert "An error of the program" in said.err


def test_an_address_of_mongodb_that_is_none_ends_it_with_a_sentence(tmp_path: Path) -> None:
    """What follows the slash would be part of the password, so nothing of it is quoted."""
    result = subprocess.run(
        [sys.executable, "-m", "relai_audit", "audit"],
        cwd=tmp_path,
        env={
            "PATH": "/usr/bin:/bin",
            "PYTHONPATH": str(ROOT),
            "SLACK_BOT_TOKEN": "xoxb-1",
            "SLACK_APP_TOKEN": "xapp-1",
            "MONGODB_URI": "mongodb://relai:abc/S3CRETtail@mongo:27017/?replicaSet=rs0",
        },
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )

    assert result.returncode == UNABLE
    assert result.stderr.startswith("MONGODB_URI can't be used")
    assert "S3CRET" not in result.stderr
    assert "Traceback" not in result.stderr
