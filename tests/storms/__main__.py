"""`python -m tests.storms --seed 7 --minutes 3 [--away mongodb]`: one storm and its report."""

import argparse
import asyncio
import json
import secrets
import shutil
import sys
import time
from pathlib import Path

from tests.storms.checks import check
from tests.storms.evidence import Evidence
from tests.storms.plan import AWAY, make_plan
from tests.storms.report import report
from tests.storms.run import run_storm

_KEPT_IN = Path(".relai/storms")


def main() -> int:
    """Run a storm. 1 means that a promise was broken; everything about the storm is kept then."""
    asked = _arguments()
    if asked.check is not None:
        kept = (asked.check / "evidence.json").read_text(encoding="utf-8")
        return _report(Evidence(**json.loads(kept)))
    plan = make_plan(asked.seed, asked.minutes * 60, asked.away)
    folder = _KEPT_IN / f"{time.strftime('%Y%m%d-%H%M%S')}-seed-{asked.seed}"
    _say(f"seed {asked.seed}: {len(plan.acts)} acts, {len(plan.faults)} faults, in {folder}")
    code = _report(asyncio.run(run_storm(plan, folder.absolute(), _say)))
    if not (code or asked.keep):
        shutil.rmtree(folder)
    return code


def _report(evidence: Evidence) -> int:
    violations = check(evidence)
    _say(report(evidence, violations))
    return 1 if violations else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.storms", description=__doc__)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10_000))
    parser.add_argument("--minutes", type=float, default=1.0)
    parser.add_argument("--away", choices=AWAY, help="take only this part away, for the whole time")
    parser.add_argument("--keep", action="store_true", help="keep the files of a good storm too")
    parser.add_argument("--check", type=Path, metavar="FOLDER", help="check a kept storm again")
    return parser.parse_args()


def _say(text: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)  # noqa: T201 - a command's output


if __name__ == "__main__":
    sys.exit(main())
