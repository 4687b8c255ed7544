"""Bot and worker as processes that are started with settings of a test, in an empty folder."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
NOBODY = "127.0.0.1:9"
"""The discard port, where nothing listens."""
SETTINGS: Mapping[str, str] = {
    "SLACK_BOT_TOKEN": "xoxb-sandbox",
    "SLACK_APP_TOKEN": "xapp-sandbox",
    "SLACK_API_URL": f"http://{NOBODY}/api/",
    "TEMPORAL_HOST": NOBODY,
    "MONGODB_URI": f"mongodb://{NOBODY}/?replicaSet=rs0",
    "RELAI_PORT": "0",
    "RELAI_LOG_FORMAT": "json",
}
"""Well-formed, and every part is down."""


@asynccontextmanager
async def a_process(
    program: str, folder: Path, settings: Mapping[str, str]
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`app.py` or `worker.py`, killed in the end if it still runs."""
    if not (folder / "onboarding.yml").exists():
        shutil.copy(ROOT / "onboarding.yml", folder)
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(ROOT / program),
        env={**kept, **settings},
        cwd=folder,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def ended(program: str, folder: Path, settings: Mapping[str, str]) -> tuple[int | None, str]:
    """The exit code of a process that ends by itself, and all that it said."""
    async with a_process(program, folder, settings) as process:
        _, said = await process.communicate()
        return process.returncode, said.decode()


async def line_with(part: str, program: str, folder: Path, settings: Mapping[str, str]) -> str:
    """The first line of the log that has `part` in it."""
    async with a_process(program, folder, settings) as process:
        assert process.stderr is not None
        seen = ""
        async for line in process.stderr:
            seen += line.decode()
            if part in line.decode():
                return line.decode()
    raise AssertionError(f"{program} ended without {part}: {seen}")
