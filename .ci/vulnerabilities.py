"""Looks up every locked dependency in the index's list of known vulnerabilities.

Exits with 1 if a vulnerability is known, or if the lock could not be checked. If the index can't be
reached, the output says so, and the exit code is 0: a service that is away must not block a change.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement

LOCK = Path(__file__).parent.parent / "requirements.lock"
AUDIT = Path(sys.executable).parent / "pip-audit"
OPTIONS = ("--progress-spinner=off", "--require-hashes", "--disable-pip", "--format=json")
# The last lines of pip-audit, or of its HTTP library, if the index can't be reached.
UNREACHABLE = re.compile(
    r"""
    ^requests\.exceptions\.(ProxyError|SSLError|ConnectionError|ConnectTimeout|ReadTimeout)\b
    | ^requests\.exceptions\.HTTPError:\ (429|5\d\d)\b
    | ^ERROR:pip_audit\._cli:(Could\ not\ connect\ to|PyPI\ is\ not\ redirecting)
    """,
    re.MULTILINE | re.VERBOSE,
)


class UnreachableError(Exception):
    """The index can't be asked at the moment."""


class UnusableLockError(Exception):
    """The lock is missing or malformed, or was checked only in part."""


def main(lock: Path) -> int:
    """Print the known vulnerabilities; returns the exit code."""
    try:
        dependencies = audited(lock)
        require_complete(dependencies, locked(lock))
    except UnreachableError as error:
        sys.stdout.write(f"Not looked up, for the index can't be reached: {error}\n")
        return 0
    except UnusableLockError as error:
        sys.stdout.write(f"Not looked up: {error}\n")
        return 1
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


def audited(lock: Path) -> list[dict[str, Any]]:
    """The index's report on each dependency, or the reason why there is no report on it.

    Raises:
        UnreachableError: it can't be asked.
        UnusableLockError: the lock could not be read for another reason.
    """
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        audit = subprocess.run(  # noqa: S603 - our own arguments
            [AUDIT, *OPTIONS, f"--output={report}", f"--requirement={lock}"],
            check=False,
            capture_output=True,
            text=True,
        )
        if not report.exists():
            raise cause_of(audit.stderr)
        found: list[dict[str, Any]] = json.loads(report.read_text())["dependencies"]
        return found


def cause_of(said: str) -> UnreachableError | UnusableLockError:
    """The reason for a missing report, from pip-audit's error output."""
    away = UNREACHABLE.search(said)
    if away is not None:
        return UnreachableError(said[away.start() :].splitlines()[0])
    return UnusableLockError("".join(said.strip().splitlines()[-1:]))


def locked(lock: Path) -> int:
    """The number of dependencies that the lock names for a machine like this.

    Raises:
        UnusableLockError: a line of it names no dependency.
    """
    lines = [line for line in lock.read_text().splitlines() if re.match(r"[^\s#-]", line)]
    try:
        named = [Requirement(line.removesuffix("\\")) for line in lines]
    except InvalidRequirement as error:
        raise UnusableLockError(str(error)) from error
    return sum(each.marker is None or each.marker.evaluate() for each in named)


def require_complete(dependencies: list[dict[str, Any]], locked: int) -> None:
    """Refuse a report that covers only a part of the lock, or nothing.

    Raises:
        UnusableLockError: the report is incomplete.
    """
    if not dependencies or len(dependencies) != locked:
        raise UnusableLockError(f"{locked} are locked, and the report is on {len(dependencies)}")


if __name__ == "__main__":
    sys.exit(main(LOCK))
