"""Slack refuses messages for a while: they come once, and without a flood.

The order of messages is promised for each task and each hand-over: `relai_workflows/test_order.py`.
"""

import pytest

from tests.scenarios.marks import OVER_HTTP
from tests.scenarios.people import (
    Json,
    Workspace,
    eventually,
    text_of,
)

pytestmark = [pytest.mark.harmful, OVER_HTTP]

A_MINUTE_AND_MORE = 100.0
"""Longer than the pause after which a broken installation is tried again."""


async def test_piled_up_messages_come_at_most_once_a_second(workspace: Workspace) -> None:
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    await ana.types(f"/task new Seen before @{bo.name}")
    await bo.sees("Seen before")
    await workspace.fault("chat.postMessage", "error", error="service_unavailable", times=100_000)
    for number in range(6):
        await ana.types(f"/task new Piled up {number} @{bo.name}")

    await workspace.clear_faults()

    async def all_there() -> list[Json] | None:
        messages = [each for each in await bo.messages() if "Piled up" in text_of(each)]
        return messages if len(messages) == 6 else None

    messages = await eventually("all that piled up", all_there, A_MINUTE_AND_MORE)
    stamps = [float(message["ts"]) for message in messages]
    # Five seconds by their turns; each call takes what it takes after that.
    assert max(stamps) - min(stamps) > 3.5, stamps
