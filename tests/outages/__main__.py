"""`python -m tests.outages slack --minutes 60`: an outage, and its verdict as exit code."""

import argparse
import asyncio
import shutil
import sys
import time
from pathlib import Path

from tests.chaos.evidence import Evidence
from tests.outages.judges import judge
from tests.outages.plan import PARTS, Outage
from tests.outages.report import report
from tests.outages.run import run_outage

_KEPT_IN = Path(".relai/outages")


def main() -> int:
    """Run. 1 means that a promise was broken: everything about the run is kept then."""
    asked = _arguments()
    if asked.judge is not None:
        return _verdict(Evidence.load(asked.judge / "evidence.json"))
    outage = Outage(asked.part, asked.minutes * 60)
    folder = _KEPT_IN / f"{time.strftime('%Y%m%d-%H%M%S')}-{asked.part}"
    _say(f"{asked.part} for {asked.minutes:g} minutes, {outage.tries} tries, in {folder}")
    code = _verdict(asyncio.run(run_outage(outage, folder.absolute(), _say)))
    if code or asked.keep:
        _say(f"\nJournal, evidence, logs and data of the run: {folder}")
    else:
        shutil.rmtree(folder)
    return code


def _verdict(evidence: Evidence) -> int:
    violations = judge(evidence)
    _say(report(evidence, violations))
    return 1 if violations else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.outages", description=__doc__)
    parser.add_argument("part", choices=PARTS, nargs="?", default="slack")
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--keep", action="store_true", help="keep everything of a good run too")
    parser.add_argument("--judge", type=Path, metavar="FOLDER", help="judge a kept run again")
    return parser.parse_args()


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)  # noqa: T201 - for who typed it


if __name__ == "__main__":
    sys.exit(main())
