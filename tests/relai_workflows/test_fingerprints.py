"""Nobody changes the commands of a workflow without noticing."""

from pathlib import Path
from shutil import copytree

import pytest

from tests.relai_workflows.fingerprints import WORKFLOWS, fingerprints, stored

WHAT_TO_DO = """
The commands of a workflow have changed. Workflows that run now replay their history with the new
code, and stand still where it asks for something else. Choose:

- Keep both ways: `if workflow.patched("a-name"): the new one, else: the old one`, until no
  workflow from before can run any more; then `workflow.deprecate_patch("a-name")`.
- Or give the new code a version of its own (worker versioning), so that the old one finishes
  what it began. A task's workflow lasts a month at most before it continues as new.
- Or know that no such workflow is running.

Then accept the new commands with `make fingerprints`, and say in the commit which it was.
"""


def test_the_workflows_give_the_commands_that_were_accepted() -> None:
    assert fingerprints() == stored(), WHAT_TO_DO


def test_every_workflow_has_a_fingerprint() -> None:
    assert {
        "task_lifecycle",
        "task_relay",
        "user_onboarding",
        "periodic_cleanup",
    } <= stored().keys()


@pytest.mark.parametrize(
    ("module", "before", "after"),
    [
        ("task_lifecycle", "TaskActivities.create_task", "TaskActivities.make_task"),
        ("task_relay", "await signal_relay_moved(relay.task_id, relay.id)", "pass"),
        ("outcomes", "timeout=HEARING_GRACE,", ""),
    ],
)
def test_a_command_that_changes_shows(tmp_path: Path, module: str, before: str, after: str) -> None:
    changed = copytree(WORKFLOWS, tmp_path / "changed")
    source = (changed / f"{module}.py").read_text()
    assert before in source
    (changed / f"{module}.py").write_text(source.replace(before, after))

    assert fingerprints(changed) != stored()
