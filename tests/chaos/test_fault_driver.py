"""A fault that can't be carried out costs nothing but itself."""

from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.chaos.fault_driver import FaultDriver
from tests.chaos.fault_plan import Fault
from tests.chaos.journal import Journal
from tests.chaos.stack import ChaosStack
from tests.scenarios.people import Workspace

FAULT = Fault(1.0, 1, "slack", "chat.postMessage", "lost_after", 1.0)


class _Sandbox(Workspace):
    def __init__(self, error: Exception) -> None:
        self._error = error

    async def fault(self, method: str, kind: str, **fields: Any) -> None:
        raise self._error


@pytest.mark.parametrize(
    "error", [AssertionError("refused"), aiohttp.ClientConnectionError("down"), TimeoutError()]
)
async def test_what_the_sandbox_can_not_be_told_is_skipped(
    error: Exception, tmp_path: Path
) -> None:
    with Journal(tmp_path / "journal.jsonl") as journal:
        stack = ChaosStack(tmp_path, "socket", journal, is_encrypted=False)
        await FaultDriver(stack, _Sandbox(error), journal).carry_out(FAULT)

    assert [line["line"] for line in journal.lines] == ["fault", "fault_skipped"]
