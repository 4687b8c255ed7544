"""Records what a build leaves behind: `python -m tests.relai_workflows.record_build COMMIT`.

The commit's own workflows, activities and stores run, out of a checkout of their own, on real
servers. Record a build before the workflows change that people run; drop one when none of its
workflows can still be running.
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.relai_workflows.left_behind import BUILDS

ROOT = Path(__file__).parents[2]


def record(commit: str) -> Path:
    """Play the build of a commit and keep what it leaves behind; the file."""
    path = BUILDS / f"{_git('rev-parse', '--short=7', commit)}.zip"
    BUILDS.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        checkout = Path(folder, "checkout")
        _git("worktree", "add", "--detach", str(checkout), commit)
        try:
            _play(checkout, path)
        finally:
            _git("worktree", "remove", "--force", str(checkout))
    return path


def _play(checkout: Path, path: Path) -> None:
    # What the build has not got yet, such as the script itself, is taken from here.
    places = os.pathsep.join([str(checkout), str(ROOT)])
    subprocess.run(
        [sys.executable, "-m", "tests.relai_workflows.in_flight", str(path)],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": places},
        check=True,
    )


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments],  # noqa: S607 - the git of whoever records
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout.strip()


if __name__ == "__main__":
    sys.stdout.write(f"{record(sys.argv[1])}\n")
