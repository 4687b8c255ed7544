"""`python -m devstack.slack_sandbox`: serves a workspace until a signal stops it."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import structlog

from devstack.slack_sandbox.options import DEFAULT_EVENTS, DEFAULT_SCOPES, Options
from devstack.slack_sandbox.server import running_sandbox


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _delays(text: str) -> tuple[timedelta, ...]:
    return tuple(timedelta(seconds=float(seconds)) for seconds in _names(text))


def _parser() -> argparse.ArgumentParser:
    defaults = Options()
    parser = argparse.ArgumentParser(prog="python -m devstack.slack_sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=8090, help="loopback port; 0 takes a free one")
    parser.add_argument("--data", type=Path, help="SQLite file; without it, in memory")
    parser.add_argument("--request-url", help="where signed HTTP payloads go")
    parser.add_argument("--bot-token", default=defaults.bot_token)
    parser.add_argument("--app-token", default=defaults.app_token)
    parser.add_argument("--signing-secret", default=defaults.signing_secret)
    parser.add_argument("--scopes", type=_names, default=DEFAULT_SCOPES, help="comma-separated")
    parser.add_argument("--events", type=_names, default=DEFAULT_EVENTS, help="comma-separated")
    parser.add_argument("--event-retry-delays", type=_delays, default=defaults.event_retry_delays)
    parser.add_argument("--empty", action="store_true", help="no demo people")
    parser.add_argument("--rate-limits", action="store_true", help="Slack's tiers")
    return parser


async def _serve(options: Options) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with running_sandbox(options) as sandbox:
        print(f"slack sandbox ready on {sandbox.base_url}", flush=True)  # noqa: T201 - the promise
        await stopped.wait()


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the sandbox with these command-line arguments. Logs go to standard error."""
    options = Options(**vars(_parser().parse_args(arguments)))
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    asyncio.run(_serve(options))


if __name__ == "__main__":
    main()
