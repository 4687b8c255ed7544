"""`python -m tests.chaos --seed 7 --minutes 2`: a run of chaos, and its verdict as exit code."""

import argparse
import asyncio
import secrets
import shutil
import sys
import time
from pathlib import Path

from tests.chaos.evidence import Evidence
from tests.chaos.oracles import judge
from tests.chaos.plan import make_plan
from tests.chaos.report import report
from tests.chaos.run import run_chaos

_KEPT_IN = Path(".relai/chaos")


def main() -> int:
    """Run. 1 means that a promise was broken: everything about the run is kept then."""
    asked = _arguments()
    if asked.judge is not None:
        return _verdict(Evidence.load(asked.judge / "evidence.json"))
    plan = make_plan(asked.seed, asked.minutes * 60)
    folder = _KEPT_IN / f"{time.strftime('%Y%m%d-%H%M%S')}-seed-{asked.seed}"
    _say(f"seed {asked.seed}: {len(plan.acts)} acts and {len(plan.faults)} faults, in {folder}")
    try:
        evidence = asyncio.run(run_chaos(plan, folder.absolute(), _say))
    except BaseException as error:
        error.add_note(f"Journal, logs and data of the run so far: {folder}")
        raise
    code = _verdict(evidence)
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
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10_000))
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--keep", action="store_true", help="keep everything of a good run too")
    parser.add_argument("--judge", type=Path, metavar="FOLDER", help="judge a kept run again")
    return parser.parse_args()


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - for whoever has just typed the command


if __name__ == "__main__":
    sys.exit(main())
