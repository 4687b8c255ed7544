"""Before anything is installed: the cause and the cure in one sentence, or silence."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PREFLIGHT = Path(__file__).parents[2] / "devstack" / "preflight.sh"
DEBIAN_13 = "3.13 linux x86_64 64 glibc 41 cpu-fits has-venv"
OWN_MONGODB = "mongodb://db.example/?replicaSet=rs0"


def preflight(
    python: str | Path, folder: Path, mongodb_uri: str = ""
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["/bin/sh", PREFLIGHT, python],
        cwd=folder,
        env={"PATH": os.defpath, "MONGODB_URI": mongodb_uri},
        capture_output=True,
        text=True,
        check=False,
    )


def python_on(machine: str, folder: Path) -> Path:
    """Return a program that says of itself and its machine what preflight.sh asks for."""
    program = folder / "python"
    program.write_text(f"#!/bin/sh\necho '{machine}'\n")
    program.chmod(0o755)
    return program


@pytest.mark.parametrize(
    "machine",
    [
        DEBIAN_13,
        "3.11 linux aarch64 64 glibc 34 cpu-fits has-venv",
        "3.14 darwin arm64 64 no-libc 0 cpu-fits has-venv",
        "3.12 darwin x86_64 64 no-libc 0 cpu-fits has-venv",
    ],
)
def test_supported_platform_passes(machine: str, tmp_path: Path) -> None:
    run = preflight(python_on(machine, tmp_path), tmp_path)

    assert (run.returncode, run.stderr) == (0, "")


@pytest.mark.parametrize(
    ("machine", "cause", "cure"),
    [
        ("2.7 linux x86_64 64 glibc 41 cpu-fits no-venv", "is 2.7", "make PYTHON=python3.12"),
        ("3.10 linux x86_64 64 glibc 35 cpu-fits has-venv", "is 3.10", "make PYTHON=python3.12"),
        ("3.12 win32 AMD64 64 no-libc 0 cpu-fits has-venv", "not on win32", "WSL 2"),
        ("3.11 freebsd14 amd64 64 no-libc 0 cpu-fits has-venv", "not on freebsd14", "container"),
        ("3.11 linux armv7l 32 glibc 36 cpu-fits has-venv", "has 32 bits", "64-bit system"),
        ("3.11 linux riscv64 64 glibc 39 cpu-fits has-venv", "not for riscv64", "x86_64"),
        ("3.12 linux x86_64 64 no-libc 0 cpu-fits has-venv", "glibc, which", "python:3.13"),
        ("3.11 linux x86_64 64 glibc 17 cpu-fits has-venv", "has 2.17", "newer release"),
        ("3.13 linux x86_64 64 glibc 41 cpu-fits no-venv", "environment", "python3-venv"),
    ],
)
def test_unfit_machine_is_refused(machine: str, cause: str, cure: str, tmp_path: Path) -> None:
    run = preflight(python_on(machine, tmp_path), tmp_path, OWN_MONGODB)

    assert run.returncode == 1
    assert cause in run.stderr
    assert cure in run.stderr
    assert len(run.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("machine", "cause"),
    [
        ("3.11 linux x86_64 64 glibc 28 cpu-fits has-venv", "glibc 2.34, and this Linux has 2.28"),
        ("3.13 linux x86_64 64 glibc 41 cpu-old has-venv", "processor with AVX"),
    ],
)
def test_machine_without_a_fitting_mongod_needs_another(
    machine: str, cause: str, tmp_path: Path
) -> None:
    python = python_on(machine, tmp_path)

    refused = preflight(python, tmp_path)
    by_variable = preflight(python, tmp_path, OWN_MONGODB)
    (tmp_path / ".env").write_text(f"MONGODB_URI={OWN_MONGODB}\n")
    by_file = preflight(python, tmp_path)

    assert refused.returncode == 1
    assert cause in refused.stderr
    assert "set MONGODB_URI" in refused.stderr
    assert (by_variable.returncode, by_file.returncode) == (0, 0)


def test_missing_python_is_refused(tmp_path: Path) -> None:
    run = preflight("python9", tmp_path)

    assert run.returncode == 1
    assert "There is no python9" in run.stderr
    assert "apt-get install python3" in run.stderr


def test_broken_python_is_refused(tmp_path: Path) -> None:
    run = preflight("/bin/false", tmp_path)

    assert run.returncode == 1
    assert "/bin/false does not run" in run.stderr


def test_this_python_passes(tmp_path: Path) -> None:
    run = preflight(sys.executable, tmp_path)

    assert (run.returncode, run.stderr) == (0, "")
