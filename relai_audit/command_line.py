"""The command `relai`."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable
from datetime import timedelta
from typing import TypeVar

from relai_audit.audit import audit
from relai_audit.error_texts import as_sentence
from relai_audit.executions import Executions
from relai_audit.repair import Repairer
from relai_audit.report import Report, as_json, as_text
from relai_core import temporal
from relai_core.errors import UnavailableError
from relai_core.settings import Settings, SettingsError, load_settings
from relai_core.store import database

CLEAN, FOUND, UNABLE = 0, 1, 2
"""Exit codes: nothing is left to do, something is, the command could not do its work."""
STORE_TIMEOUT = timedelta(minutes=2)
"""Of one read. No answer in Slack depends on it, so it may be long."""
REACHED_WITHIN = timedelta(seconds=5)
"""Time for each server to answer at the start."""

_Result = TypeVar("_Result")


def main() -> None:
    """Run the command and exit."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command; returns its exit code."""
    options = _parser().parse_args(arguments)
    try:
        report = asyncio.run(_report(load_settings(), repair=options.repair))
    except Exception as error:  # noqa: BLE001 - a traceback would end with FOUND
        return _unable(as_sentence(error))
    print(as_json(report) if options.json else as_text(report))
    if report.stopped:
        return _unable(report.stopped)
    return CLEAN if report.is_clean else FOUND


async def _report(settings: Settings, *, repair: bool) -> Report:
    uri, name = settings.mongodb_uri.get_secret_value(), settings.mongodb_database
    store = await database.connect(uri, name, timeout=STORE_TIMEOUT)
    try:
        await _reached("MongoDB", store.ping())
        client = await _reached("Temporal", temporal.connect(settings))
        executions = Executions(client, settings.temporal_task_queue)
        report = await audit(store, executions, _show)
        if not repair:
            return report
        window = settings.relai_relay_window
        return await Repairer(store, client, executions, window).repair(report)
    finally:
        store.close()


async def _reached(part: str, answer: Awaitable[_Result]) -> _Result:
    try:
        async with asyncio.timeout(REACHED_WITHIN.total_seconds()):
            return await answer
    except TimeoutError as error:
        raise UnavailableError(part) from error
    except (ValueError, OSError) as error:
        raise SettingsError(f"TEMPORAL_… can't be used: {error}") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="relai", description="Look after a running RelAI.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    command = commands.add_parser(
        "audit",
        help="find workflows that are missing or stuck, and messages that were not sent",
        description=(
            "Count tasks, relays and notices, list workflows that are missing or stuck and "
            "messages that were not sent, and say what to do. It only reads, and may run at any "
            "time. It takes the settings of the worker. Exit code: 0 nothing is left to do, "
            "1 something is, 2 the audit or the repair could not be done."
        ),
    )
    command.add_argument(
        "--repair",
        action="store_true",
        help="reset or start missing workflows, and have unsent messages sent; may be repeated",
    )
    command.add_argument("--json", action="store_true", help="print everything as JSON")
    return parser


def _show(step: str) -> None:
    """Show progress to a person. A program that reads the report gets only the report."""
    if sys.stderr.isatty():
        sys.stderr.write(f"{step} …\n")


def _unable(reason: str) -> int:
    sys.stderr.write(f"{reason}\n")
    return UNABLE
