"""The worker as a process: what it says when it can't start."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}


def _run(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(ROOT / "worker.py")],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({}, "SLACK_BOT_TOKEN"),
        (TOKENS | {"RELAI_WORKING_HOURS": "always"}, "RELAI_WORKING_HOURS"),
        (TOKENS | {"RELAI_ONBOARDING_TEMPLATE": "nowhere.yml"}, "RELAI_ONBOARDING_TEMPLATE"),
    ],
)
def test_a_bad_setting_ends_it_with_a_sentence(
    tmp_path: Path, environment: dict[str, str], said: str
) -> None:
    result = _run(tmp_path, **environment)

    assert result.returncode == 2
    assert said in result.stderr
    assert "Traceback" not in result.stderr


def test_a_template_file_that_is_no_list_of_tasks_is_refused(tmp_path: Path) -> None:
    (tmp_path / "onboarding.yml").write_text("- title: no key\n")

    result = _run(tmp_path, **TOKENS)

    assert result.returncode == 2
    assert "RELAI_ONBOARDING_TEMPLATE" in result.stderr
    assert "Traceback" not in result.stderr
