"""Runs `relai audit` as an operator does."""

import asyncio
import json
import sys
from typing import NamedTuple

from devstack.settings import ROOT
from tests.scenarios.people import Json
from tests.scenarios.stack import RelaiStack


class Said(NamedTuple):
    """Exit code and output of the command."""

    code: int | None
    out: str
    error: str

    @property
    def report(self) -> Json:
        report: Json = json.loads(self.out)
        return report


async def audit(relai: RelaiStack, *arguments: str, **environment: str) -> Said:
    """Run the command with the settings of the stack."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "relai_audit", "audit", *arguments),
        cwd=ROOT,
        env=relai.environment | environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, error = await process.communicate()
    return Said(process.returncode, out.decode(), error.decode())
