"""Records one history of each course: `python -m tests.relai_workflows.record_histories [NAME …]`.

Until 1.0 a changed workflow gets new histories: record them all, and say why in the commit.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from devstack.mongo_server import MongoServer
from devstack.temporal_server import TemporalServer
from tests.relai_activities.mongo import a_database
from tests.relai_workflows.recorded_histories import SHAPES, Shape
from tests.relai_workflows.workflow_env import TIME_SKIPPING, a_workflow_env

HISTORIES = Path(__file__).parent / "histories"
_LOCAL = {"stackTrace": "", "binaryChecksum": "", "identity": "env"}
"""Fields about the machine, which no replay reads."""


async def record(shapes: Sequence[Shape]) -> None:
    """Play the courses, each in an environment of its own, and store their histories."""
    HISTORIES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        data = Path(folder)
        temporal = TemporalServer(data, dynamic_config=TIME_SKIPPING)
        async with MongoServer(data) as mongod, temporal:
            for shape in shapes:
                history = await _history(shape, mongod, temporal)
                history_file(shape).write_text(json.dumps(history) + "\n")


def history_file(shape: Shape) -> Path:
    """File of the history of a course."""
    return HISTORIES / f"{shape.__name__}.json"


async def _history(shape: Shape, mongod: MongoServer, temporal: TemporalServer) -> Any:
    async with a_database(mongod) as store, a_workflow_env(temporal.address, store) as env:
        handle = await shape(env)
        await env.ended(handle)
        history = await handle.fetch_history()
    return {"workflow_id": handle.id, "history": _anywhere(history.to_json_dict())}


def _anywhere(found: Any) -> Any:
    """The history without the fields in `_LOCAL`."""
    if isinstance(found, dict):
        return {name: _LOCAL.get(name, _anywhere(value)) for name, value in found.items()}
    return [_anywhere(each) for each in found] if isinstance(found, list) else found


def _chosen(names: Sequence[str]) -> list[Shape]:
    if unknown := set(names) - {shape.__name__ for shape in SHAPES}:
        sys.exit(f"There is no such course: {', '.join(sorted(unknown))}.")
    return [shape for shape in SHAPES if not names or shape.__name__ in names]


if __name__ == "__main__":
    asyncio.run(record(_chosen(sys.argv[1:])))
