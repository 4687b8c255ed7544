"""Slack's rate limits, which are an option of the sandbox."""

import pytest

from devstack.slack_sandbox.rates import RateLimiter
from tests.devstack.slack_sandbox.conftest import Start
from tests.devstack.slack_sandbox.refusals import refusal
from tests.devstack.slack_sandbox.world import World


class Clock:
    """A clock that stands still until it is set."""

    def __init__(self) -> None:
        self.now = 1_764_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize(
    ("method", "allowed"),
    [("apps.connections.open", 1), ("users.list", 20), ("chat.update", 50), ("users.info", 100)],
)
def test_method_is_limited_per_minute(method: str, allowed: int) -> None:
    clock = Clock()
    limiter = RateLimiter(clock)

    assert [limiter.retry_after(method) for _ in range(allowed)] == [None] * allowed
    clock.now += 20
    assert limiter.retry_after(method) == 40
    clock.now += 40
    assert limiter.retry_after(method) is None


def test_a_channel_takes_a_short_burst_and_then_one_a_second() -> None:
    clock = Clock()
    limiter = RateLimiter(clock)
    post = "chat.postMessage"

    assert [limiter.retry_after(post, "D1") for _ in range(5)] == [None] * 4 + [1]
    assert limiter.retry_after(post, "D2") is None
    clock.now += 1
    assert [limiter.retry_after(post, "D1") for _ in range(2)] == [None, 1]


def test_methods_without_a_tier_are_free() -> None:
    limiter = RateLimiter(Clock())

    assert {limiter.retry_after("auth.test") for _ in range(500)} == {None}


async def test_one_message_too_many_is_refused(start: Start) -> None:
    world = await start(rate_limits=True)
    channel = await world.dm("ana")
    post = world.slack.chat_postMessage
    for number in range(4):
        await post(channel=channel, text=str(number))

    refused = await refusal(post(channel=channel, text="one too many"))

    assert (refused.status_code, refused["error"]) == (429, "ratelimited")
    assert int(refused.headers["Retry-After"]) >= 1


async def test_rate_limits_are_off_by_default(world: World) -> None:
    channel = await world.dm("ana")

    for number in range(30):
        await world.slack.chat_postMessage(channel=channel, text=str(number))
