"""The time people go by, whatever this machine's clock says."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from relai_core.clock import utc_now
from relai_core.slack.clock import SlackClock

HOUR = timedelta(hours=1)
A_MOMENT = timedelta(seconds=2)
"""More than a date that is cut to the second, and a slow test, can be off."""


class Own:
    """This machine's clock, so much ahead."""

    def __init__(self, ahead: timedelta) -> None:
        self.ahead = ahead

    def __call__(self) -> datetime:
        return utc_now() + self.ahead


def answered_at(moment: datetime) -> dict[str, str]:
    """The headers of an answer of Slack's."""
    return {"Date": format_datetime(moment.astimezone(UTC), usegmt=True)}


@pytest.mark.parametrize("ahead", [timedelta(0), timedelta(seconds=1), -timedelta(seconds=1)])
def test_a_clock_that_agrees_with_slack_s_is_gone_by(ahead: timedelta) -> None:
    """It is more exact than a date that is cut to the second."""
    clock = SlackClock(Own(ahead))

    clock.hear(answered_at(utc_now()))

    assert clock.ahead == timedelta(0)
    assert abs(clock.now() - utc_now() - ahead) < timedelta(seconds=0.5)


@pytest.mark.parametrize("ahead", [HOUR, -HOUR, timedelta(days=400)])
def test_a_clock_that_does_not_is_not_gone_by(ahead: timedelta) -> None:
    clock = SlackClock(Own(ahead))

    clock.hear(answered_at(utc_now()))

    assert abs(clock.now() - utc_now()) < A_MOMENT
    assert abs(clock.ahead - ahead) < A_MOMENT


def test_a_jump_is_seen_before_slack_s_next_answer() -> None:
    own = Own(timedelta(0))
    clock = SlackClock(own)
    clock.hear(answered_at(utc_now()))

    own.ahead = HOUR

    assert abs(clock.now() - utc_now()) < A_MOMENT


def test_a_clock_that_is_put_right_is_gone_by_again() -> None:
    own = Own(HOUR)
    clock = SlackClock(own)
    clock.hear(answered_at(utc_now()))

    own.ahead = timedelta(0)

    assert clock.ahead == timedelta(0)


def test_what_slack_says_later_counts() -> None:
    """A machine that slept may not know for how long."""
    clock = SlackClock()
    clock.hear(answered_at(utc_now() - HOUR))

    clock.hear(answered_at(utc_now()))

    assert clock.ahead == timedelta(0)


def test_of_dates_that_agree_the_one_ahead_is_kept() -> None:
    """Both are cut to the second, so it is the more exact one."""
    clock = SlackClock(Own(HOUR))
    now = utc_now()
    clock.hear(answered_at(now))

    clock.hear(answered_at(now - timedelta(seconds=1)))

    assert now - clock.now() < timedelta(seconds=1)


@pytest.mark.parametrize("headers", [{}, {"Date": ""}, {"Date": "yesterday"}])
def test_without_a_date_this_machine_s_clock_is_gone_by(headers: dict[str, str]) -> None:
    clock = SlackClock(Own(HOUR))

    clock.hear(headers)

    assert clock.ahead == timedelta(0)
