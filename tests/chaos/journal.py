"""Everything that was done in a run and everything that broke, as JSON lines, as it happens."""

import json
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

Json = dict[str, Any]


class Journal:
    """The lines of one run. `at` of each is in seconds since the epoch, as everywhere here."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("w", encoding="utf-8")
        self.lines: list[Json] = []

    def note(self, line: str, **fields: Any) -> Json:
        """Write a line of this kind down at once."""
        entry = {"at": round(time.time(), 3), "line": line, **fields}
        self.lines.append(entry)
        self._file.write(json.dumps(entry, ensure_ascii=False, default=str) + "\n")
        self._file.flush()
        return entry

    def of(self, line: str) -> list[Json]:
        """The lines of one kind."""
        return [entry for entry in self.lines if entry["line"] == line]

    def count(self, line: str, *fields: str) -> Mapping[str, int]:
        """How many lines of a kind there are for each value of these fields."""
        named = (" ".join(str(entry[field]) for field in fields) for entry in self.of(line))
        return Counter(named)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
