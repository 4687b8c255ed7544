"""A task that lives long and changes often, and the sizes of its histories.

`python -m tests.relai_workflows.long_life DAYS EDITS RELAYS` plays that many days with as many
edits and relays on each of them, and prints the figures.
"""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from devstack.mongo_server import MongoServer
from devstack.temporal_server import TemporalServer
from tests.relai_activities.mongo import a_database
from tests.relai_core.builders import ANA, BEN
from tests.relai_workflows.workflow_driver import TaskDriver, create
from tests.relai_workflows.workflow_env import TIME_SKIPPING, WorkflowEnv, a_workflow_env

DAY = timedelta(days=1)


class Run(NamedTuple):
    """Sizes of one run: of its history, and of its input."""

    events: int
    bytes: int
    input_bytes: int


async def live(
    env: WorkflowEnv, *, times: int, pause: timedelta, edits: int, relays: int
) -> list[Run]:
    """Change a task in rounds with a pause after each, complete it, and measure each run."""
    life = await create(env)
    owner, other = ANA, BEN
    for _ in range(times):
        for edit in range(edits):
            due_at = await life.now() + 2 * DAY
            await life.carry_out(life.says.edited(title=f"Renew {edit}", due_at=due_at))
            await env.idle()
        for _ in range(relays):
            relay = await life.hand_over(other, from_user=owner)
            await relay.carry_out(relay.accepted(other))
            await relay.end()
            del env.started[relay.handle.id]
            owner, other = other, owner
        await life.advance(pause)
    await life.carry_out(life.says.completed(owner))
    await life.handle.result()
    return await runs_of(life)


async def runs_of(life: TaskDriver) -> list[Run]:
    """All runs of a lifecycle, in no order."""
    client, found = life.env.client, []
    async for each in client.list_workflows(f"WorkflowId = '{life.handle.id}'"):
        run = client.get_workflow_handle(each.id, run_id=each.run_id)
        history = await run.fetch_history()
        started = history.events[0].workflow_execution_started_event_attributes
        found.append(
            Run(
                events=len(history.events),
                bytes=sum(event.ByteSize() for event in history.events),
                input_bytes=started.input.ByteSize(),
            )
        )
    return found


async def _measure(days: int, edits: int, relays: int) -> None:
    with TemporaryDirectory() as folder:
        data = Path(folder)
        temporal = TemporalServer(data, dynamic_config=TIME_SKIPPING)
        async with (
            MongoServer(data) as mongod,
            temporal,
            a_database(mongod) as store,
            a_workflow_env(temporal.address, store) as env,
        ):
            runs = await live(env, times=days, pause=DAY, edits=edits, relays=relays)
    sys.stdout.write(
        f"{len(runs)} runs, {sum(run.events for run in runs)} events; at most in one run: "
        f"{max(run.events for run in runs)} events, {max(run.bytes for run in runs)} bytes, "
        f"{max(run.input_bytes for run in runs)} bytes to begin with\n"
    )


if __name__ == "__main__":
    asyncio.run(_measure(*map(int, sys.argv[1:])))
