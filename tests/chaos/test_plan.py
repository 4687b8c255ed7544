"""A plan follows from its seed alone, and holds everything that can happen."""

import pytest

from tests.chaos.fault_plan import Fault
from tests.chaos.parts import PARTS
from tests.chaos.plan import make_plan


def test_the_same_seed_gives_the_same_plan() -> None:
    assert make_plan(7, 120) == make_plan(7, 120)
    assert make_plan(7, 120) != make_plan(8, 120)


def test_a_longer_run_begins_like_a_shorter_one() -> None:
    """So a failure late in a run is still there when the run is made longer."""
    short, long = make_plan(7, 60), make_plan(7, 600)

    assert long.acts[: len(short.acts)] == short.acts
    assert long.faults[: len(short.faults)] == short.faults


def test_seeds_give_either_transport_with_plain_payloads_and_with_encrypted_ones() -> None:
    plans = [make_plan(seed, 1) for seed in range(20)]

    assert len({(plan.transport, plan.is_encrypted) for plan in plans}) == 4
    assert all(bool(plan.keys_change_at) == plan.is_encrypted for plan in plans)


def test_a_long_plan_kills_every_part_and_breaks_everything_in_every_way() -> None:
    plan = make_plan(1, 3600)

    assert {fault.target for fault in plan.faults if fault.kind == "kill"} == set(PARTS)
    assert {fault.target for fault in plan.faults if fault.kind == "pause"} == set(PARTS)
    assert _ways(plan.faults, "link") == {"cut", "refuse", "delay", "hold", "mute"}
    assert {"lost_after", "ratelimited", "server_error", "never"} <= _ways(plan.faults, "slack")
    assert len({act.kind for act in plan.acts}) == 26


@pytest.mark.parametrize("seed", range(5))
def test_nothing_is_broken_again_before_it_is_mended(seed: int) -> None:
    """Otherwise mending the first would end the second."""
    mended: dict[str, float] = {}
    for fault in make_plan(seed, 600).faults:
        if fault.kind in ("kill", "pause", "link"):
            assert fault.at >= mended.get(fault.target, 0)
            mended[fault.target] = fault.ends


def _ways(faults: tuple[Fault, ...], kind: str) -> set[str]:
    return {fault.way for fault in faults if fault.kind == kind}
