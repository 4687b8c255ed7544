"""A disk of its own that is small enough to be filled: a tmpfs that only its holder has mounted."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_HOLD = 'mount -t tmpfs -o size="$1" tmpfs "$2" && echo mounted && exec cat'


class NoSmallDiskError(Exception):
    """This machine can't mount a small disk. The text says why."""


class SmallDisk:
    """A file system with an end.

    Attributes:
        folder: where others reach it while it is held.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._filler = folder / "filler"

    def fill(self) -> None:
        """Leave not one byte free."""
        with self._filler.open("ab", buffering=0) as filler:
            for size in (2**20, 2**12):
                _write_until_full(filler.fileno(), size)

    def empty(self) -> None:
        """Free what `fill` took."""
        self._filler.unlink()


@contextmanager
def a_small_disk(mount_point: Path, size: str) -> Iterator[SmallDisk]:
    """Hold one, in a mount namespace of a process of its own; no root is needed for that.

    Raises:
        NoSmallDiskError: it can't be had here.
    """
    unshare = shutil.which("unshare")
    if unshare is None:
        raise NoSmallDiskError("there is no `unshare`: install util-linux")
    mount_point.mkdir()
    with subprocess.Popen(
        [unshare, "--map-root-user", "--mount", "sh", "-c", _HOLD, "sh", size, str(mount_point)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as holder:
        said, complaint = holder.stdout, holder.stderr
        assert said is not None
        assert complaint is not None
        if said.readline() != "mounted\n":
            raise NoSmallDiskError(complaint.read().strip())
        # The holder's own root leads into its namespace. It ends with its standard input.
        yield SmallDisk(Path(f"/proc/{holder.pid}/root{mount_point}"))
        assert holder.stdin is not None
        holder.stdin.close()


def _write_until_full(filler: int, size: int) -> None:
    try:
        while True:
            os.write(filler, b"\0" * size)
    except OSError:
        return
