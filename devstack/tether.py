"""Runs a command that can't outlive its parent: `python tether.py PARENT_PID COMMAND …`.

The kernel kills the command when the parent ends in any way, SIGKILL included. It is a program of
its own, and not a `preexec_fn`, because code between fork and exec may deadlock in a process with
threads. Linux only; elsewhere the command just runs, and the lock of `devstack.processes` tells the
next start about a process that was left behind.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main(parent: int, command: list[str]) -> None:
    """Become `command`, tied to the life of `parent`."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it ended before the tie was made
            sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - the caller gave the whole command


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
