"""`make bench-audit TASKS=100000`: how long `relai audit [--repair]` takes, and how much memory.

It fills a mongod and a Temporal server of its own, and runs the command as a process: on the
healthy system, after some workflows were terminated or deleted, with `--repair`, and once more
to see that nothing is left.
"""

import argparse
import asyncio
import os
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from pymongo import AsyncMongoClient
from temporalio import workflow
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import (
    DeleteWorkflowExecutionRequest,
    DescribeTaskQueueRequest,
)
from temporalio.client import Client
from temporalio.common import RawValue
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from bench.filling import Past, a_past
from devstack.mongo_server import MongoServer
from devstack.temporal_server import TemporalServer
from relai_audit.command_line import STORE_TIMEOUT
from relai_core.store.connection import Document
from relai_core.store.database import connect
from relai_workflows.contracts import TaskLifecycleInput
from relai_workflows.ids import lifecycle_id, relay_workflow_id

DATABASE = "bench"
QUEUE = "bench"
BATCH = 1_000
STARTS_AT_ONCE = 16
DAMAGED = 300
POLL = 0.1


@workflow.defn(dynamic=True)
class Idle:
    """A workflow of any type that only waits, as healthy ones do for most of their lives."""

    @workflow.run
    async def run(self, _: Sequence[RawValue]) -> None:
        await workflow.wait_condition(lambda: False)


async def main(tasks: int) -> None:
    """Fill, audit, damage, audit, repair, audit; print each time and peak memory."""
    with tempfile.TemporaryDirectory(prefix="relai-bench-") as folder:
        data = Path(folder)
        async with MongoServer(data) as mongod, TemporalServer(data) as temporal:
            client = await Client.connect(temporal.address, data_converter=pydantic_data_converter)
            began = time.monotonic()
            async with _idle_worker(client):
                running = await _fill(mongod.uri, client, tasks)
                await _until_idle(client)
                took = time.monotonic() - began
                _print(f"filled in {took:.0f} s: {len(running):,} workflows run")
                environment = _environment(mongod.uri, temporal.address)
                await _measure("healthy", environment)
                await _damage(client, running)
                await _measure(f"{DAMAGED} terminated, half of them deleted", environment)
                await _measure("repair", environment, "--repair")
                await _measure("repaired", environment)


def _idle_worker(client: Client) -> Worker:
    return Worker(
        client,
        task_queue=QUEUE,
        workflows=[Idle],
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=100,
    )


async def _fill(uri: str, client: Client, tasks: int) -> list[str]:
    store = await connect(uri, DATABASE, timeout=STORE_TIMEOUT)
    await store.ensure_indexes()
    store.close()
    pasts = (a_past(number, tasks) for number in range(1, tasks + 1))
    running: list[str] = []
    async with AsyncMongoClient[Document](uri) as mongo:
        while batch := list(islice(pasts, BATCH)):
            documents = defaultdict[str, list[Document]](list)
            for past in batch:
                for collection, document in past.documents():
                    documents[collection].append(document)
            for collection, found in documents.items():
                await mongo[DATABASE][collection].insert_many(found, ordered=False)
            running.extend(await _start_all(client, batch))
    return running


async def _start_all(client: Client, pasts: Iterable[Past]) -> list[str]:
    room = asyncio.Semaphore(STARTS_AT_ONCE)

    async def start(workflow: str, past: Past, workflow_id: str) -> str:
        async with room:
            await client.start_workflow(
                workflow, TaskLifecycleInput(new=past.new), id=workflow_id, task_queue=QUEUE
            )
        return workflow_id

    starts = []
    for past in pasts:
        if past.task.is_open:
            starts.append(start("TaskLifecycleWorkflow", past, lifecycle_id(past.task.id)))
        if relay := past.task.open_relay:
            starts.append(start("TaskRelayWorkflow", past, relay_workflow_id(relay.id)))
    return await asyncio.gather(*starts)


async def _until_idle(client: Client) -> None:
    """Return once no workflow task waits for a worker."""
    request = DescribeTaskQueueRequest(
        namespace=client.namespace, task_queue=TaskQueue(name=QUEUE), report_stats=True
    )
    while True:
        found = await client.workflow_service.describe_task_queue(request)
        if found.stats.approximate_backlog_count == 0:
            return
        await asyncio.sleep(POLL)


async def _damage(client: Client, running: list[str]) -> None:
    """Terminate workflows spread over the list, and delete every second of them."""
    lost = running[:: max(1, len(running) // DAMAGED)][:DAMAGED]
    for workflow_id in lost:
        await client.get_workflow_handle(workflow_id).terminate("bench")
    for workflow_id in lost[::2]:
        await client.workflow_service.delete_workflow_execution(
            DeleteWorkflowExecutionRequest(
                namespace=client.namespace,
                workflow_execution=WorkflowExecution(workflow_id=workflow_id),
            )
        )


def _environment(uri: str, temporal: str) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "MONGODB_URI": uri,
        "MONGODB_DATABASE": DATABASE,
        "TEMPORAL_HOST": temporal,
        "TEMPORAL_TASK_QUEUE": QUEUE,
        "SLACK_BOT_TOKEN": "xoxb-bench",
        "SLACK_APP_TOKEN": "xapp-bench",
    }


async def _measure(what: str, environment: dict[str, str], *options: str) -> None:
    began = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "relai_audit", "audit", *options),
        env=environment,
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    took = time.monotonic() - began
    # The peak memory of all audits so far, which all read the same tasks.
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    _print(f"\n{what}: {took:.1f} s, exit code {process.returncode}, at most {peak:.0f} MB")
    _print(output.decode().strip())


def _print(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.audit", description=__doc__)
    parser.add_argument("--tasks", type=int, default=100_000)
    asyncio.run(main(parser.parse_args().tasks))
