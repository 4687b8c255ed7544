"""`python -m devstack`: runs RelAI and all its servers on one machine, until Ctrl-C."""

import argparse
import asyncio
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from devstack.errors import DevstackError
from devstack.plan import plan
from devstack.processes import ChildProcess
from devstack.settings import ROOT, load_settings
from devstack.stack import Stack

DIED, MISUSED = 1, 2


def main() -> int:
    """Run the stack; 0 when it was asked to end, 1 when a part failed, 2 for a bad setting."""
    data = _arguments().data.resolve()
    try:
        _require_writable(data)
        parts = plan(load_settings(), data)
    except DevstackError as error:
        print(error, file=sys.stderr)
        return MISUSED
    try:
        asyncio.run(Stack(parts, _say).run(lambda: _welcome(parts, data)))
    except DevstackError as error:
        print(error, file=sys.stderr)
        return DIED
    _say("all stopped")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m devstack", description=__doc__)
    parser.add_argument(
        "--data", type=Path, default=ROOT / ".relai", help="folder of all data and logs"
    )
    return parser.parse_args()


def _require_writable(data: Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=data).close()
    except OSError as error:
        raise DevstackError(
            f"The data folder {data} can't be written ({error.strerror}): "
            "choose another with --data."
        ) from error


def _say(line: str) -> None:
    print(line, flush=True)


def _welcome(parts: Sequence[ChildProcess], data: Path) -> None:
    _say("")
    pages = {label: url for part in parts for label, url in part.pages.items()}
    for label, place in [*pages.items(), ("Logs", data / "logs")]:
        _say(f"  {label:<14} {place}")
    _say(f"Ctrl-C stops everything; the data stays in {data}")


if __name__ == "__main__":
    sys.exit(main())
