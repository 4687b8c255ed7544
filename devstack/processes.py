"""A child process with a readiness check, a log file, and an orderly end."""

import asyncio
import contextlib
import fcntl
import os
import re
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import BinaryIO, Self

from devstack import tether
from devstack.errors import DevstackError
from devstack.ports import require_free
from devstack.probes import Ready

POLL = timedelta(milliseconds=20)
READY_WITHIN = timedelta(seconds=30)
GRACE = timedelta(seconds=15)

MISSING_LIBRARY = re.compile(r"error while loading shared libraries: (\S+):")
DEBIAN_PACKAGES = {
    "libcrypto.so.3": "libssl3",
    "libssl.so.3": "libssl3",
    "liblzma.so.5": "liblzma5",
}


class ChildProcess:
    """One command, run in the background, whose output goes to `DATA/logs/NAME.log`.

    It can't outlive this process (see `devstack.tether`), and a second child can't start on the
    same data folder. It belongs to no event loop, so its end is polled for: in tests with a loop
    each, one loop starts it and another loop stops it.

    Args:
        name: Names it in messages and its files in the data folder.
        command: Program (an absolute path) and arguments.
        data: Folder of its lock and log.
        ready: Returns True once the process does its work; asked until then.
        ports: The ports it will listen on, each under the setting that chooses it.
        env: Its whole environment, as it stands at each start; None passes on our own.
        cwd: Folder it runs in; None means our own.
        ready_within: Longest wait for `ready`.
        grace: Longest wait for its end after SIGTERM.
    """

    pages: Mapping[str, str] = MappingProxyType({})
    """Addresses of its pages for people, each under its title."""

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        data: Path,
        ready: Ready,
        ports: Mapping[str, int] = MappingProxyType({}),
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
        ready_within: timedelta = READY_WITHIN,
        grace: timedelta = GRACE,
    ) -> None:
        self.name = name
        self.log = data / "logs" / f"{name}.log"
        self._command = command
        self._lock = data / f"{name}.pid"
        self._ready = ready
        self._ports = ports
        self._env = env
        self._cwd = cwd
        self._ready_within = ready_within
        self._grace = grace
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Process id of the last start."""
        if self._process is None:
            raise DevstackError(f"{self.name} was not started yet: start it first.")
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """True if it was started and has not ended."""
        return self._process is not None and self._process.poll() is None

    async def start(self) -> None:
        """Start it and return once it is ready. If that fails, no process is left running.

        Raises:
            DevstackError: it already runs, a port is not free, it died, or was not ready in time.
        """
        self._spawn()
        try:
            await self._until_ready()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Ask it to end, with SIGTERM; after the grace time end it by force."""
        self.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(self._grace.total_seconds()):
                await self.wait()
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """End it with SIGKILL, as a crash would, and return once it is gone."""
        self.send_signal(signal.SIGKILL)
        await self.wait()

    def send_signal(self, number: signal.Signals) -> None:
        """Send a signal to it and its children. If it has ended, this does nothing."""
        if self.is_running:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, number)

    async def wait(self) -> None:
        """Return once it is not running."""
        while self.is_running:  # noqa: ASYNC110 - an Event would belong to a single loop
            await asyncio.sleep(POLL.total_seconds())

    def last_words(self) -> str:
        """A text with its exit code, the path of its log, and the log's last lines."""
        return f"{self.name} {self._ending()}; {self._quoted_log()}"

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    def _spawn(self) -> None:
        program, *arguments = map(str, self._command)
        tied = [tether.__file__, str(os.getpid()), program, *arguments]
        # Take the lock first: if an earlier run of ours holds the ports, the error then says so.
        with self._locked() as lock, self._fresh_log() as log:
            self._require_free_ports()
            self._process = subprocess.Popen(  # noqa: S603 - the commands are ours
                [sys.executable, "-I", "-S", *tied],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=self._env,
                cwd=self._cwd,
                # Ctrl-C reaches a terminal's whole foreground group: only the parent shall hear it.
                start_new_session=True,
                pass_fds=[lock.fileno()],
            )
            lock.truncate(0)
            lock.write(str(self.pid).encode())

    def _require_free_ports(self) -> None:
        for setting, port in self._ports.items():
            require_free(port, of=self.name, setting=setting)

    def _locked(self) -> BinaryIO:
        # The child inherits the open file, so the lock ends with the child and is never stale.
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        lock = self._lock.open("ab+", buffering=0)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            lock.close()
            pid = self._lock.read_text() or "just starting"
            raise DevstackError(
                f"{self.name} already runs on {self._lock.parent} (process {pid}): "
                "stop it first, or use another data folder."
            ) from error
        return lock

    def _fresh_log(self) -> BinaryIO:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists():
            self.log.replace(self.log.with_suffix(".previous.log"))
        return self.log.open("wb")

    async def _until_ready(self) -> None:
        try:
            async with asyncio.timeout(self._ready_within.total_seconds()):
                while not await self._ready():
                    self._require_running()
                    await asyncio.sleep(POLL.total_seconds())
        except TimeoutError as error:
            patience = f"{self._ready_within.total_seconds():g} s"
            raise DevstackError(
                f"{self.name} was not ready within {patience}; {self._quoted_log()}"
            ) from error
        # Another process may have answered the check.
        self._require_running()

    def _require_running(self) -> None:
        if self.is_running:
            return
        if missing := MISSING_LIBRARY.search(self.log.read_text(errors="replace")):
            library = missing[1]
            remedy = f"apt-get install {DEBIAN_PACKAGES.get(library, library)}"
            raise DevstackError(f"{self.name} needs the library {library}: install it, `{remedy}`.")
        raise DevstackError(self.last_words())

    def _quoted_log(self, lines: int = 5) -> str:
        tail = self.log.read_text(errors="replace").splitlines()[-lines:]
        quoted = "".join(f"\n    {line[:300]}" for line in tail) or " (which is empty)"
        return f"its log is {self.log}{quoted}"

    def _ending(self) -> str:
        code = None if self._process is None else self._process.returncode
        if code is None:
            return "is running"
        if code < 0:
            return f"was ended by {signal.Signals(-code).name}"
        return f"ended with exit code {code}"
