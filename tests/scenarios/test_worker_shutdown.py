"""On SIGTERM a worker finishes its work, or leaves it to the next worker, and ends in time."""

import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from time import monotonic

import pytest

from tests.scenarios.ledger import attempted_notices
from tests.scenarios.marks import OVER_HTTP
from tests.scenarios.people import Person, Workspace, eventually
from tests.scenarios.stack import RelaiStack
from worker import LEAVE

pytestmark = [pytest.mark.harmful, OVER_HTTP]

CLOSING = timedelta(seconds=8)
"""Time to close all else after the worker has left Temporal, also on a busy machine."""


@pytest.fixture(autouse=True)
async def worker_again(relai: RelaiStack) -> AsyncIterator[None]:
    """The worker runs again after each test."""
    yield
    if not relai.worker.is_running:
        await relai.worker.start()


async def test_post_under_way_is_finished(relai: RelaiStack, workspace: Workspace) -> None:
    ana, bo = [await workspace.person(each) for each in ("ana", "bo")]
    await workspace.fault("chat.postMessage", "slow", delay=5, times=1_000)
    await ana.types(f"/task new Post it once @{bo.name}")
    await eventually("the post is under way", lambda: _has_notice(relai, bo, "planned"))

    relai.worker.send_signal(signal.SIGTERM)
    await _ends_well(relai)

    assert await bo.count("Post it once", "Mark complete") == 1
    assert await _has_notice(relai, bo, "sent")


async def test_post_that_takes_too_long_is_left_to_the_next_worker(
    relai: RelaiStack, workspace: Workspace
) -> None:
    """Slack has it, but does not say so; the next worker finds it there and posts nothing."""
    ana, bo = [await workspace.person(each) for each in ("ana", "bo")]
    await workspace.fault("chat.postMessage", "lost_after", delay=60, times=1_000)
    await ana.types(f"/task new Say it once @{bo.name}")
    await bo.sees("Say it once")

    relai.worker.send_signal(signal.SIGTERM)
    await _ends_well(relai)
    await workspace.clear_faults()
    await relai.worker.start()

    await eventually("it is found", lambda: _has_notice(relai, bo, "reconciled"), patience=60)
    assert await bo.count("Say it once", "Mark complete") == 1


@pytest.mark.long
async def test_worker_ends_beside_a_silent_temporal(relai: RelaiStack) -> None:
    relai.temporal.send_signal(signal.SIGSTOP)
    try:
        relai.worker.send_signal(signal.SIGTERM)
        await _ends_well(relai)
    finally:
        relai.temporal.send_signal(signal.SIGCONT)


async def _ends_well(relai: RelaiStack) -> None:
    """Check that the worker, after a SIGTERM just now, ends by itself and in time."""
    began = monotonic()
    await relai.worker.wait()

    assert monotonic() - began <= (LEAVE + CLOSING).total_seconds()
    assert "exit code 0" in relai.worker.last_words()


async def _has_notice(relai: RelaiStack, recipient: Person, state: str) -> bool:
    return state in await attempted_notices(relai, recipient)
