"""`python -m devstack` when it can't start: one sentence and the right exit code."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def run_devstack(data: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "devstack", "--data", data],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_malformed_setting_exits_with_2_and_one_sentence(tmp_path: Path) -> None:
    run = run_devstack(tmp_path, RELAI_PORT="eighty")

    assert run.returncode == 2
    assert run.stderr.startswith("RELAI_PORT must be ")
    assert len(run.stderr.splitlines()) == 1


def test_unwritable_data_folder_exits_with_2(tmp_path: Path) -> None:
    occupied = tmp_path / "file"
    occupied.touch()

    run = run_devstack(occupied / "data")

    assert run.returncode == 2
    assert f"{occupied}/data can't be written" in run.stderr
    assert len(run.stderr.splitlines()) == 1
