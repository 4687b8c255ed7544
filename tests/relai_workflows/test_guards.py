"""Static checks that keep workflows deterministic and light."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FORBIDDEN = ("motor", "pymongo", "bson", "slack_sdk", "slack_bolt", "aiohttp", "apscheduler")
WORKFLOW_MODULES = sorted(
    f"relai_workflows.{path.stem}" for path in (ROOT / "relai_workflows").glob("[!_]*.py")
)
LIST_FORBIDDEN = """
import importlib, sys
*modules, forbidden = sys.argv[1:]
for module in modules:
    importlib.import_module(module)
print(*sorted(sys.modules.keys() & set(forbidden.split())))
"""


def lint(source: str, folder: str) -> str:
    """Run ruff on a module in a folder of the repository; its output."""
    ruff = Path(sys.executable).with_name("ruff")
    module = ROOT / folder / "guarded.py"
    linted = subprocess.run(
        [ruff, "check", "--select", "TID", "--no-cache", "--stdin-filename", module, "-"],
        input=source,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    return linted.stdout


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import UTC, datetime\n\nNOW = datetime.now(UTC)\n",
        "import random\n",
        "import os\n",
        "from uuid import uuid4\n\nprint(uuid4())\n",
        "import asyncio\n\nasyncio.sleep(1)\n",
    ],
)
def test_ruff_refuses_nondeterministic_calls_in_workflows(source: str) -> None:
    assert "TID251" in lint(source, "relai_workflows")
    assert "TID251" not in lint(source, "relai_activities")


def test_workflow_modules_load_no_io_library() -> None:
    """The sandbox would load the library again for each workflow."""
    listed = subprocess.run(
        [sys.executable, "-c", LIST_FORBIDDEN, *WORKFLOW_MODULES, " ".join(FORBIDDEN)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )

    assert listed.stdout.strip() == ""
