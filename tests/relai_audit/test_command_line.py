"""Output and exit code of a command that can't do its work."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from relai_audit import command_line
from relai_audit.command_line import UNABLE, run
from relai_audit.report import Report
from relai_core.domain.task import Task
from relai_core.settings import Settings


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)  # away from any .env
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-test")
    monkeypatch.setenv("SLACK_APP_TOKEN", "xapp-test")


def test_unreadable_document_is_no_finding(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def report(_: Settings, *, repair: bool) -> Report:
        Task.model_validate({"title": "Secret"})
        raise AssertionError

    monkeypatch.setattr(command_line, "_report", report)

    code = run(["audit"])

    printed = capsys.readouterr()
    assert (code, printed.out) == (UNABLE, "")
    assert printed.err.startswith("A stored Task can't be read.")
    assert "Secret" not in printed.err


def test_repair_that_stops_is_told_with_the_report(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def report(_: Settings, *, repair: bool) -> Report:
        at = datetime(2026, 3, 4, 10, tzinfo=UTC)
        return Report(at=at, workspaces={}, workflows=3, findings=(), stopped="Temporal went away")

    monkeypatch.setattr(command_line, "_report", report)

    code = run(["audit", "--repair"])

    printed = capsys.readouterr()
    assert code == UNABLE
    assert "3 workflows running" in printed.out
    assert printed.err == "Temporal went away\n"


def test_password_in_a_wrong_uri_is_not_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The driver's own error quotes what follows the slash."""
    monkeypatch.setenv("MONGODB_URI", "mongodb://relai:abc/S3CRETtail@mongo:27017/?replicaSet=rs0")

    code = run(["audit"])

    printed = capsys.readouterr()
    assert (code, printed.out) == (UNABLE, "")
    assert printed.err.startswith("MONGODB_URI can't be used")
    assert "S3CRET" not in printed.err
