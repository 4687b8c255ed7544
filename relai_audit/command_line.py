"""The command `relai`: looks, tells, and mends if asked to. Wiring only."""

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

from temporalio.service import RPCError

from relai_audit.audit import audit
from relai_audit.executions import Executions
from relai_audit.limits import Limits
from relai_audit.repair import Repairer
from relai_audit.report import Report, as_json, as_text
from relai_core import temporal
from relai_core.errors import UnavailableError
from relai_core.settings import Settings, SettingsError, load_settings
from relai_core.store import database

CLEAN, FOUND, UNABLE = 0, 1, 2
"""Exit codes: nothing is left to do, something is, the work could not be done to its end."""
STORE_TIMEOUT = timedelta(minutes=2)
"""Of one read: longer than a process that somebody waits for would allow itself."""
REACHED_WITHIN = timedelta(seconds=10)
"""Each server, before anything is looked at."""

_Answer = TypeVar("_Answer")


def main() -> None:
    """Run the command and exit."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run the command; its exit code."""
    asked = _parser().parse_args(arguments)
    try:
        report = asyncio.run(_report(load_settings(), repair=asked.repair))
    except SettingsError as error:
        return _unable(str(error))
    except UnavailableError as error:
        return _unable(f"{error.part} can't be reached, or is too slow, so nothing can be said.")
    except database.StoreError as error:
        return _unable(f"MongoDB refuses, so nothing can be said: {error}")
    except (RuntimeError, RPCError) as error:
        return _unable(f"Temporal can't be asked, so nothing can be said: {error}")
    except Exception as error:  # noqa: BLE001 - 1 would say that something was found
        return _unable(
            f"An error of the program, so nothing can be said: {type(error).__name__}: {error}"
        )
    print(as_json(report) if asked.json else as_text(report))
    if report.broken_off:
        return _unable(f"An error of the program broke the repairing off: {report.broken_off}")
    return CLEAN if report.is_clean else FOUND


async def _report(settings: Settings, *, repair: bool) -> Report:
    uri, name = settings.mongodb_uri.get_secret_value(), settings.mongodb_database
    opened = await database.connect(uri, name, timeout=STORE_TIMEOUT)
    try:
        await _reached("MongoDB", opened.ping())
        with _usable_for_temporal():
            client = await _reached("Temporal", temporal.connect(settings))
        executions = Executions(client, settings.temporal_task_queue)
        report = await audit(opened, executions, Limits(), _tell)
        if not repair:
            return report
        repairer = Repairer(opened, client, executions, settings.relai_relay_window)
        return await repairer.repair(report, _tell)
    finally:
        opened.close()


@contextmanager
def _usable_for_temporal() -> Iterator[None]:
    try:
        yield
    except (ValueError, OSError) as error:
        raise SettingsError(f"TEMPORAL_… can't be used: {error}") from error


async def _reached(part: str, answer: Awaitable[_Answer]) -> _Answer:
    try:
        async with asyncio.timeout(REACHED_WITHIN.total_seconds()):
            return await answer
    except TimeoutError as error:
        raise UnavailableError(part) from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="relai", description="Look after a running RelAI.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    looking = commands.add_parser(
        "audit",
        help="compare what MongoDB, Temporal and the ledger of notices say",
        description=(
            "Count tasks, hand-overs and notices, find what does not fit together, and say what "
            "to do about it. It reads only, and may run at any time beside everything else. The "
            "settings are those of the worker. Exit code: 0 nothing is left to do, 1 something "
            "is, 2 MongoDB or Temporal could not be asked, or an error of the program ended it."
        ),
    )
    looking.add_argument(
        "--repair",
        action="store_true",
        help="take up workflows that are missing, and say what was not said; safe to repeat",
    )
    looking.add_argument("--json", action="store_true", help="everything, for a program")
    return parser


def _tell(step: str) -> None:
    """Tell a person how far it is; what is on stdout stays for the report."""
    if sys.stderr.isatty():
        sys.stderr.write(f"{step} …\n")


def _unable(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return UNABLE
