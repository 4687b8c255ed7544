"""Waits with a timeout, whose order of commands does not depend on the version of Python."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

from temporalio import workflow


async def wait_until(
    condition: Callable[[], bool], within: timedelta | None, summary: str | None = None
) -> None:
    """Wait until `condition` is true, or the time `within` is over; None waits for ever.

    `workflow.wait_condition` with a timeout uses asyncio.wait_for, which Python 3.12 changed: it
    resumes coroutines in another order, so a history of Python 3.11 would not replay.

    Args:
        condition: Looked at after each step of the workflow.
        within: No timer is started if it is zero or less.
        summary: Shown beside the timer in the Temporal UI.
    """
    if within is None:
        await workflow.wait_condition(condition)
        return
    timer = asyncio.create_task(workflow.sleep(max(within, timedelta(0)), summary=summary))
    try:
        await workflow.wait_condition(lambda: condition() or timer.done())
    finally:
        timer.cancel()
