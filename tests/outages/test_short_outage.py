"""Slack is away for twenty seconds, and afterwards everyone has what they missed."""

from pathlib import Path

import pytest

from tests.outages.catching_up import caught_up
from tests.outages.judges import judge
from tests.outages.plan import Outage
from tests.outages.report import report
from tests.outages.run import run_outage

SECONDS = 20.0


@pytest.mark.chaos
@pytest.mark.timeout(420)  # most of it patience: the longest pause before a retry is a minute
async def test_no_promise_is_broken_while_slack_is_away(tmp_path: Path) -> None:
    """`make outage PART=… MINUTES=…` takes other parts away, and for longer."""
    evidence = await run_outage(Outage("slack", SECONDS), tmp_path / "run", print)

    violations = judge(evidence)
    assert not violations, report(evidence, violations)
    assert caught_up(evidence)
