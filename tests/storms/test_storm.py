"""Storms on the whole stack: `make storm` runs other ones."""

from pathlib import Path

import pytest

from tests.storms.checks import check
from tests.storms.plan import Plan, make_plan
from tests.storms.report import report
from tests.storms.run import run_storm


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize(
    "plan",
    [make_plan(7, 90), make_plan(8, 90), make_plan(9, 60, "slack"), make_plan(9, 60, "mongodb")],
    ids=lambda plan: f"{plan.seed}-{plan.away}",
)
async def test_no_promise_is_broken(plan: Plan, tmp_path: Path) -> None:
    evidence = await run_storm(plan, tmp_path / "storm", print)
    violations = check(evidence)
    assert not violations, report(evidence, violations)
