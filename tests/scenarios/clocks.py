"""Wall clocks that a test sets in mid-run, each that of one real process."""

import sys
from collections.abc import Mapping
from datetime import timedelta
from importlib.util import find_spec
from pathlib import Path

_LIBRARY = "vendor/libfaketime/src/libfaketime.so.1"
HAS_CLOCKS = sys.platform == "linux" and find_spec("libfaketime") is not None


class WallClock:
    """What a process that is told `environment` takes for the time of day.

    Only what can be set on a machine is moved: what has passed since is told rightly.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self.set(timedelta(0))

    def set(self, ahead: timedelta) -> None:
        """Let the clock be so much ahead of the true time, or behind it, from now on."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{ahead.total_seconds():+.0f}")
        new.replace(self._file)

    @property
    def environment(self) -> Mapping[str, str]:
        return {
            "LD_PRELOAD": str(_library()),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }


def _library() -> Path:
    found = find_spec("libfaketime")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent / _LIBRARY
