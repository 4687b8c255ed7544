"""A short run on the whole stack: two bots, two workers, three servers, and all that can break."""

from pathlib import Path

import pytest

from tests.chaos.oracles import judge
from tests.chaos.parts import PARTS
from tests.chaos.plan import make_plan
from tests.chaos.report import report
from tests.chaos.run import run_chaos

SEED = 2
"""Its plan kills all seven parts, has a worker silent for twelve seconds, and changes keys."""
SECONDS = 45.0


def test_the_short_storm_has_everything_in_it() -> None:
    plan = make_plan(SEED, SECONDS)

    assert {fault.target for fault in plan.faults if fault.kind == "kill"} == set(PARTS)
    assert plan.is_encrypted
    assert max(plan.keys_change_at) < SECONDS


@pytest.mark.chaos
@pytest.mark.timeout(420)  # most of it patience: the longest pause before a retry is a minute
async def test_no_promise_is_broken_in_a_short_storm(tmp_path: Path) -> None:
    """`make chaos SEED=… MINUTES=…` runs others, and longer ones."""
    evidence = await run_chaos(make_plan(SEED, SECONDS), tmp_path / "run", print)

    violations = judge(evidence)
    assert not violations, report(evidence, violations)
