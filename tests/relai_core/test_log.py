"""Logs show no local variables and no socket tickets, because these may be secrets."""

import json
import logging

import aiohttp
import pytest
import structlog
from aiohttp import web
from aiohttp.test_utils import TestServer

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


@pytest.mark.parametrize("log_format", ["console", "json"])
async def test_refused_url_is_logged_without_its_ticket(
    log_format: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The Slack SDK quotes the URL in its message and in the traceback."""
    configure_logging(log_format)
    ticket = "-".join(["b31f", "secret"])  # a traceback quotes the lines of the source
    async with TestServer(web.Application()) as server, aiohttp.ClientSession() as session:
        url = server.make_url("/link").with_query(ticket=ticket, app_id="A1")
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await session.ws_connect(url)
    logging.getLogger("test").error("Not connected: %s", caught.value, exc_info=caught.value)

    logged = capsys.readouterr().err
    assert logged.count("link?ticket=***&app_id=A1") == 2
    assert ticket not in logged
    assert log_format == "console" or json.loads(logged)["level"] == "error"
