"""Storms on the whole stack: `make storm` runs other ones."""

from pathlib import Path

import pytest

from tests.storms.checks import check
from tests.storms.plan import make_plan
from tests.storms.report import report
from tests.storms.run import run_storm


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("seed", "away"), [(7, None), (8, None), (9, "slack"), (9, "mongodb")])
async def test_no_promise_is_broken(seed: int, away: str | None, tmp_path: Path) -> None:
    evidence = await run_storm(make_plan(seed, 90, away), tmp_path / "storm", print)
    violations = check(evidence)
    assert not violations, report(evidence, violations)
