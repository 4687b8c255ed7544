"""Wall clocks that a test sets in mid-run, each that of one real process or of several."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

from devstack.mongo_server import MongoServer
from devstack.temporal_server import TemporalServer, temporal_binary

_LIBRARY = "vendor/libfaketime/src/libfaketime.so.1"
_READ_AGAIN_AFTER = timedelta(seconds=2)
"""The library counts whole seconds, and reads again after more than one."""
CAN_BE_SET = sys.platform == "linux" and find_spec("libfaketime") is not None
_EMULATOR = shutil.which("qemu-x86_64")


def _is_dynamic(program: str) -> bool:
    listed = subprocess.run(["ldd", program], capture_output=True, text=True, check=False)  # noqa: S607
    return "libc.so" in listed.stdout


TEMPORALS_CAN_BE_SET = CAN_BE_SET and _EMULATOR is not None and _is_dynamic(_EMULATOR)
"""Its program is linked statically, so no library comes between; but between its emulator and the
system one does, if that is not linked statically too."""
WHY_TEMPORALS_CANNOT = "Temporal's clock is set through a qemu-x86_64 that loads libraries"


class WallClock:
    """What a process that is told `environment` takes for the time of day.

    Only what can be set on a machine is moved: what has passed since is told rightly.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.put(timedelta(0))

    def put(self, ahead: timedelta) -> None:
        """Let the clock be so much ahead of the true time, or behind it, for what starts now."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{ahead.total_seconds():+.0f}")
        new.replace(self._file)

    async def move(self, ahead: timedelta) -> None:
        """Put the clock, and return once whatever the process asks it is answered by it."""
        self.put(ahead)
        await asyncio.sleep(_READ_AGAIN_AFTER.total_seconds())

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "LD_PRELOAD": str(_library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            # Not at every question: threads that read it at once may end their process.
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


class Clocks:
    """The wall clocks of the bot, of the worker and of a second worker. Slack's is right."""

    def __init__(self, folder: Path) -> None:
        self.bot, self.worker, self.second_worker = (
            WallClock(folder / name) for name in ("bot", "worker", "second_worker")
        )

    @property
    def told(self) -> Mapping[str, Mapping[str, str]]:
        """What each process is told, by its name."""
        return {name: clock.environment for name, clock in vars(self).items()}


def a_mongod(data: Path, clock: WallClock) -> MongoServer:
    """A mongod that goes by this clock."""
    return MongoServer(data, env={**os.environ, **clock.environment})


def a_temporal(data: Path, clock: WallClock) -> TemporalServer:
    """A Temporal server that goes by this clock, if `TEMPORALS_CAN_BE_SET`."""
    emulated = data / "emulated_temporal"
    emulated.write_text(f'#!/bin/sh\nexec {_EMULATOR} "{temporal_binary()}" "$@"\n')
    emulated.chmod(0o700)
    return TemporalServer(data, binary=emulated, env={**os.environ, **clock.environment})


def _library() -> Path:
    found = find_spec("libfaketime")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / _LIBRARY
