"""Looks up every locked dependency in the index's list of known vulnerabilities.

Exits with 1 if one is known. Where the index can't be asked that is said, and is no failure: a
change is not wrong because a service is away.
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parent.parent / "requirements.lock"
AUDIT = Path(sys.executable).parent / "pip-audit"
OPTIONS = ("--progress-spinner=off", "--require-hashes", "--disable-pip", "--format=json")


def main() -> int:
    """Print what is known; the exit code."""
    dependencies = _audited()
    looked_up = [each for each in dependencies if "skip_reason" not in each]
    known = [each for each in looked_up if each["vulns"]]
    for each in known:
        ids = ", ".join(vulnerability["id"] for vulnerability in each["vulns"])
        sys.stdout.write(f"{each['name']} {each['version']}: {ids}\n")
    sys.stdout.write(
        f"Known vulnerabilities: {len(known)} of {len(looked_up)} dependencies have one; "
        f"{len(dependencies) - len(looked_up)} could not be looked up.\n"
    )
    return 1 if known else 0


def _audited() -> list[dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        audit = subprocess.run(  # noqa: S603 - our own arguments
            [AUDIT, *OPTIONS, f"--output={report}", f"--requirement={LOCK}"],
            check=False,
            capture_output=True,
            text=True,
        )
        if not report.exists():
            sys.stdout.write(f"Not looked up: {audit.stderr.strip().splitlines()[-1:]}\n")
            return []
        found: list[dict[str, Any]] = json.loads(report.read_text())["dependencies"]
        return found


if __name__ == "__main__":
    sys.exit(main())
