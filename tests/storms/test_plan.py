"""A seed gives the same plan each time."""

import pytest

from tests.storms.plan import AWAY, make_plan


def test_seed_gives_the_same_plan() -> None:
    assert make_plan(7, 60) == make_plan(7, 60)
    assert make_plan(7, 60).acts != make_plan(8, 60).acts


def test_longer_storm_begins_like_a_shorter_one() -> None:
    short, long = make_plan(7, 30), make_plan(7, 90)
    assert long.acts[: len(short.acts)] == short.acts


@pytest.mark.parametrize("away", AWAY)
def test_only_the_part_that_is_away_fails(away: str) -> None:
    assert {fault.target for fault in make_plan(7, 60, away).faults} == set(AWAY[away])
