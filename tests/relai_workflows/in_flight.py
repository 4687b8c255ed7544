"""Work in flight when a build is replaced, one kind each, begun as people begin it.

`python -m tests.relai_workflows.in_flight FILE` plays it all with the build whose checkout is the
working directory, and keeps what that leaves behind; see `record_build`.
"""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import worker
from devstack.mongo_server import MongoServer
from devstack.temporal_server import TemporalServer
from relai_core.domain.relay import RelayMode
from relai_core.errors import TransientMessengerError
from relai_core.store.database import Database
from relai_workflows.contracts import UserOnboardingInput
from relai_workflows.ids import onboarding_id
from relai_workflows.task_lifecycle import LONGEST_RUN
from tests.relai_activities.mongo import a_database
from tests.relai_core import builders
from tests.relai_core.builders import ANA, BEN, CLEO, TEAM, a_new_task
from tests.relai_workflows.left_behind import TEMPORAL, LeftBehind, documents_of, messages_of
from tests.relai_workflows.workflow_driver import RelayDriver, TaskDriver, begin, create
from tests.relai_workflows.workflow_env import TEMPLATES, TIME_SKIPPING, WorkflowEnv, a_workflow_env

DAY = timedelta(days=1)
FAR = timedelta(days=365 * 100)
"""A window that is open whenever the work is taken up again."""


class Begun(NamedTuple):
    """A task, and its hand-over if it is that which is in flight."""

    life: TaskDriver
    relay: RelayDriver | None = None


Begin = Callable[[WorkflowEnv], Awaitable[Begun]]


async def reminder_pending(env: WorkflowEnv) -> Begun:
    life = await create(env, owner=BEN, due_at=datetime.now(UTC) + 3 * DAY)
    await life.carry_out(life.says.progressed(30, BEN))
    await life.carry_out(life.says.edited(title="Renew both certificates"))
    return Begun(life)


async def about_to_continue_as_new(env: WorkflowEnv) -> Begun:
    life = await create(env, owner=BEN)
    await life.advance(LONGEST_RUN - DAY)
    return Begun(life)


async def asked_for_by_a_token(env: WorkflowEnv) -> Begun:
    return Begun(await create(env, creator=CLEO, owner=ANA, via="ci"))


async def offered_directly(env: WorkflowEnv) -> Begun:
    life = await create(env)
    return Begun(life, await life.hand_over(window=FAR))


async def offered_for_a_handshake(env: WorkflowEnv) -> Begun:
    life = await create(env)
    return Begun(life, await life.hand_over(window=FAR, mode=RelayMode.HANDSHAKE))


async def shown_on_two_cards(env: WorkflowEnv) -> Begun:
    return await offered_directly(env)


async def soon_unanswered(env: WorkflowEnv) -> Begun:
    life = await create(env)
    return Begun(life, await life.hand_over())


async def accepted_when_no_worker_ran(env: WorkflowEnv) -> Begun:
    return await offered_directly(env)


async def not_taken_by_slack(env: WorkflowEnv) -> Begun:
    env.messenger.down = TransientMessengerError("service_unavailable")
    life = await begin(env, a_new_task(owner=BEN, created_at=datetime.now(UTC)))
    await life.ask(life.new.request_id)
    return Begun(life)


async def begun_when_no_worker_ran(env: WorkflowEnv) -> Begun:
    return Begun(await begin(env, a_new_task(owner=BEN, created_at=datetime.now(UTC))))


WHILE_A_WORKER_RAN: tuple[Begin, ...] = (
    reminder_pending,
    about_to_continue_as_new,
    asked_for_by_a_token,
    offered_directly,
    offered_for_a_handshake,
    shown_on_two_cards,
    soon_unanswered,
    accepted_when_no_worker_ran,
    # The last, for from then on Slack is down.
    not_taken_by_slack,
)


async def leave_behind(path: Path) -> None:
    """Begin it all, stop in the middle of it, and keep what is there."""
    with TemporaryDirectory() as folder:
        data = Path(folder)
        async with MongoServer(data) as mongod, a_database(mongod) as store:
            async with TemporalServer(data, dynamic_config=TIME_SKIPPING) as temporal:
                left = await _play(temporal, store)
            left.write(path, data / TEMPORAL)


async def _play(temporal: TemporalServer, store: Database) -> LeftBehind:
    begun: dict[str, Begun] = {}
    async with a_workflow_env(temporal.address, store) as env:
        await _first_week(env)
        for each in WHILE_A_WORKER_RAN:
            begun[each.__name__] = await each(env)
    begun["begun_when_no_worker_ran"] = await begun_when_no_worker_ran(env)
    offer = begun["accepted_when_no_worker_ran"].relay
    assert offer is not None
    await offer.signal("accepted", offer.accepted())
    return LeftBehind(
        task_queue=env.task_queue,
        lives={name: _as_json(each) for name, each in begun.items()},
        messages=messages_of(env.messenger),
        documents=await documents_of(store),
    )


async def _first_week(env: WorkflowEnv) -> None:
    start = UserOnboardingInput(team_id=TEAM, user_id=CLEO, inviter=ANA)
    await env.start("UserOnboardingWorkflow", start, onboarding_id(TEAM, CLEO))
    await env.idle()
    while len(await env.store.tasks.list_owned(TEAM, CLEO, 10)) < len(TEMPLATES):
        await env.idle()


def _as_json(begun: Begun) -> dict[str, Any]:
    relay = begun.relay
    return {
        "new": begun.life.new.model_dump(mode="json"),
        "relay": relay.start.model_dump(mode="json") if relay else None,
    }


if __name__ == "__main__":
    assert Path(worker.__file__).parent == Path.cwd(), "this is another build's code"
    # Whoever takes the work up counts requests from one again.
    builders._requests = count(10**9)
    asyncio.run(leave_behind(Path(sys.argv[1])))
