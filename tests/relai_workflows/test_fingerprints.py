"""A change of a workflow's commands shows in its fingerprint."""

from pathlib import Path
from shutil import copytree

import pytest

from tests.relai_workflows.fingerprints import WORKFLOWS, fingerprints, stored

CURE = """
The commands of a workflow have changed. If you meant that, record the stored histories again
(`python -m tests.relai_workflows.record_histories`), accept the new commands with
`make fingerprints`, and say why in the commit. Until 1.0 no running workflow is kept compatible.
"""


def test_workflows_give_the_accepted_commands() -> None:
    assert fingerprints() == stored(), CURE


def test_each_workflow_has_a_fingerprint() -> None:
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
        ("outcomes", "await wait_until(", "await wait_for_ever("),
    ],
)
def test_changed_command_changes_the_fingerprint(
    tmp_path: Path, module: str, before: str, after: str
) -> None:
    changed = copytree(WORKFLOWS, tmp_path / "changed")
    source = (changed / f"{module}.py").read_text()
    assert before in source
    (changed / f"{module}.py").write_text(source.replace(before, after))

    assert fingerprints(changed) != stored()
