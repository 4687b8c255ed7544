"""Logs: never a local variable, for it may be a token or somebody's text."""

import json

import pytest
import structlog

from relai_core.log import configure_logging


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_traceback_shows_no_local_variable(
    log_format: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(log_format)
    secret = "-".join(["xoxb", "secret"])  # a traceback quotes the lines of the source

    def fail(token: str) -> None:
        raise ValueError(f"of {len(token)} characters")

    try:
        fail(secret)
    except ValueError as error:
        structlog.get_logger("test").error("failed", exc_info=error)

    logged = capsys.readouterr().err
    assert "of 11 characters" in logged
    assert secret not in logged


def test_json_logs_are_one_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging("json")

    structlog.get_logger("test").info("task_relayed", hop=2)

    fields = json.loads(capsys.readouterr().err)
    assert fields["event"] == "task_relayed"
    assert fields["hop"] == 2
