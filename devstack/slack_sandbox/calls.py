"""The Web API calls that were made, for tests to look at."""

from collections import deque
from dataclasses import asdict, dataclass

from devstack.slack_sandbox.records import Json

KEPT = 2000


@dataclass(frozen=True)
class MadeCall:
    """A call: `outcome` is `ok`, Slack's error, or the fault that happened to it."""

    method: str
    arguments: Json
    outcome: str
    at: float

    def to_json(self) -> Json:
        return asdict(self)


class Calls:
    """The last calls, oldest first."""

    def __init__(self) -> None:
        self._kept: deque[MadeCall] = deque(maxlen=KEPT)

    def add(self, call: MadeCall) -> None:
        self._kept.append(call)

    def made(self, method: str | None = None) -> list[MadeCall]:
        return [call for call in self._kept if method in {None, call.method}]
