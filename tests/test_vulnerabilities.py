"""The check for vulnerabilities is skipped only if the package index is unreachable."""

import runpy
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
HASHED = f"relai-nowhere==1.0 \\\n    --hash=sha256:{'0' * 64}\n"
"""The package is never looked up: no server listens at the address of the index."""


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The script's definitions, with an unreachable index."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return runpy.run_path(str(ROOT / ".ci" / "vulnerabilities.py"))


@pytest.mark.parametrize(
    "text",
    [None, "", "relai-nowhere\n", "relai-nowhere==\n", "relai-nowhere==1.0\n"],
    ids=["missing", "empty", "without a version", "malformed", "without a hash"],
)
def test_unusable_lock_fails(
    script: dict[str, Any],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    text: str | None,
) -> None:
    lock = tmp_path / "requirements.lock"
    if text is not None:
        lock.write_text(text)

    assert script["main"](lock) == 1
    assert capsys.readouterr().out.startswith("Not looked up: ")


def test_unreachable_index_is_reported_and_passes(
    script: dict[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(HASHED)

    assert script["main"](lock) == 0
    assert "the index can't be reached" in capsys.readouterr().out


@pytest.mark.parametrize(
    "said",
    [
        "ERROR:pip_audit._cli:Could not connect to PyPI's vulnerability feed\nERROR:pip_audit…",
        "Traceback …\nrequests.exceptions.HTTPError: 503 Server Error: …\n\npip_audit…",
        "Traceback …\nrequests.exceptions.ReadTimeout: HTTPSConnectionPool(…)",
    ],
)
def test_useless_answer_counts_as_unreachable(script: dict[str, Any], said: str) -> None:
    assert isinstance(script["cause_of"](said), script["UnreachableError"])


def test_incomplete_report_fails(script: dict[str, Any]) -> None:
    locked = script["locked"](ROOT / "requirements.lock")

    script["require_complete"]([{}] * locked, locked)
    with pytest.raises(script["UnusableLockError"], match="are locked"):
        script["require_complete"]([{}] * (locked - 1), locked)


def test_packages_of_other_platforms_are_not_counted(
    script: dict[str, Any], tmp_path: Path
) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text(f"# made by uv\n{HASHED}colorama==0.4.6 ; sys_platform == 'none' \\\n")

    assert script["locked"](lock) == 1
