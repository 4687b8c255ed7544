"""The API does what its description says, for generated requests."""

import asyncio
import os
import re
import sys
from collections import Counter
from pathlib import Path

import aiohttp
import pytest

from tests.bot.metrics.reading import Figure
from tests.scenarios.people import Workspace
from tests.scenarios.stack import RelaiStack

HERE = Path(__file__).parent
SCHEMATHESIS = Path(sys.executable).parent / "schemathesis"
COVERED_LINKS = re.compile(r"API Links:\s+(\d+) covered")


@pytest.mark.parametrize(
    ("examples", "requests", "links"),
    [(2, 500, 0), pytest.param(50, 1000, 1, marks=pytest.mark.long)],
)
async def test_generated_requests_find_no_fault(
    relai: RelaiStack,
    workspace: Workspace,
    session: aiohttp.ClientSession,
    tmp_path: Path,
    examples: int,
    requests: int,
    links: int,
) -> None:
    """Examples, edges, random bodies, and chains of requests; in few chains no link may occur."""
    before = await _statuses(session, relai)
    people = [await workspace.person(name) for name in ("ana", "bo", "cy")]
    running = await asyncio.create_subprocess_exec(
        *(SCHEMATHESIS, "--config-file", HERE / "schemathesis.toml"),
        *("run", f"{relai.bot_url}/api/openapi.json", "--no-color", "--checks", "all"),
        *("--header", f"Authorization: Bearer {relai.api_token}"),
        *("--max-examples", str(examples), "--seed", "1", "--generation-database", "none"),
        cwd=tmp_path,
        env={
            "PATH": os.defpath,
            "PYTHONPATH": str(HERE),
            "SCHEMATHESIS_HOOKS": "schemathesis_hooks",
            "RELAI_TEST_PEOPLE": ",".join(person.id for person in people),
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said = (await running.communicate())[0].decode()

    assert running.returncode == 0, said
    covered = COVERED_LINKS.search(said)
    assert covered is not None, said
    assert int(covered[1]) >= links, said
    # By the bot's own count, in case a checker overlooks one.
    answered = await _statuses(session, relai) - before
    assert answered.total() > requests, answered
    assert answered.keys() >= {"200", "404", "409", "422"}
    assert answered["201"] + answered["202"] > 0
    assert not {status for status in answered if status.startswith("5")}


async def _statuses(session: aiohttp.ClientSession, relai: RelaiStack) -> Counter[str]:
    """Answers of the API so far, by status."""
    async with session.get(f"{relai.bot_url}/metrics") as page:
        families = Figure(await page.text()).families
    statuses: Counter[str] = Counter()
    for sample in (sample for family in families for sample in family.samples):
        if sample.name == "relai_api_requests_total":
            statuses[sample.labels["status"]] += round(sample.value)
    return statuses
