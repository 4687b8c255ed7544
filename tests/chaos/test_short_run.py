"""A short run on the whole stack: two bots, two workers, three servers, and all that can break."""

from pathlib import Path

import pytest

from tests.chaos.fault_plan import Fault
from tests.chaos.oracles import judge
from tests.chaos.parts import BOTS, PARTS, SERVERS, WORKERS
from tests.chaos.plan import make_plan
from tests.chaos.report import report
from tests.chaos.run import run_chaos

SEED = 145406
"""Found by looking for one whose plan has everything in it within a minute, see below."""
SECONDS = 60.0
_ACTS = {
    "join",
    "leave",
    "rest",
    "guest",
    "api_create",
    "api_relay",
    "api_complete",
    "take_back",
    "decline",
    "duel",
}


def test_the_short_storm_has_everything_in_it() -> None:
    """What is rarest of what people do, and each kind of what breaks."""
    plan = make_plan(SEED, SECONDS)

    assert _targets(plan.faults, "kill") == set(PARTS)
    stopped = _targets(plan.faults, "pause")
    assert all(stopped & set(parts) for parts in (BOTS, WORKERS, SERVERS))
    assert {"cut", "delay", "mute"} <= _ways(plan.faults, "link")
    answers = _ways(plan.faults, "slack")
    assert {"ratelimited", "server_error", "slow", "never", "lost_after"} <= answers
    assert _ways(plan.faults, "delivery")
    assert plan.is_encrypted
    assert max(plan.keys_change_at) < SECONDS
    assert {act.kind for act in plan.acts} >= _ACTS


@pytest.mark.chaos
@pytest.mark.timeout(900)  # most of it patience: Slack sends an event again after six minutes
async def test_no_promise_is_broken_in_a_short_storm(tmp_path: Path) -> None:
    """`make chaos SEED=… MINUTES=…` runs others, and longer ones."""
    evidence = await run_chaos(make_plan(SEED, SECONDS), tmp_path / "run", print)

    violations = judge(evidence)
    assert not violations, report(evidence, violations)


def _targets(faults: tuple[Fault, ...], kind: str) -> set[str]:
    return {fault.target for fault in faults if fault.kind == kind}


def _ways(faults: tuple[Fault, ...], kind: str) -> set[str]:
    return {fault.way for fault in faults if fault.kind == kind}
