"""`python -m devstack.inside COMMAND …`: a command with the settings that `make run` gives."""

import os
import sys
from pathlib import Path

from devstack.errors import DevstackError
from devstack.plan import servers
from devstack.settings import ROOT, load_settings

MISUSED = 2


def main(command: list[str], data: Path = ROOT / ".relai") -> int:
    """Replace this process by the command; returns 2 if that fails."""
    try:
        environment = servers(load_settings(), data).environment
        os.execvpe(command[0], command, environment)  # noqa: S606 - the user's own command
    except (DevstackError, OSError, IndexError) as error:
        sys.stderr.write(f"{error}\n")
    return MISUSED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
