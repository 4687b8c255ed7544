"""Slack's rate limits: by method and minute, and by channel for posts."""

import math
from collections import defaultdict

from devstack.slack_sandbox.ids import Clock

_TIERS = {1: 1, 2: 20, 3: 50, 4: 100}
"""Calls a minute and method; Slack promises at least these."""

_METHODS = {
    "apps.connections.open": 1,
    "users.list": 2,
    "conversations.list": 2,
    "users.conversations": 2,
    "dnd.teamInfo": 2,
    "conversations.open": 3,
    "conversations.history": 3,
    "conversations.replies": 3,
    "conversations.info": 3,
    "chat.update": 3,
    "chat.delete": 3,
    "users.lookupByEmail": 3,
    "dnd.info": 3,
    "team.info": 3,
    "bots.info": 3,
    "users.info": 4,
    "users.profile.get": 4,
    "views.open": 4,
    "views.push": 4,
    "views.update": 4,
    "views.publish": 4,
    "chat.postEphemeral": 4,
    "conversations.members": 4,
}
_POSTING = "chat.postMessage"
_CHANNEL_RATE = 1.0
_CHANNEL_BURST = 4.0


class RateLimiter:
    """Counts calls; nothing is limited across methods or channels."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._minutes: dict[str, tuple[float, int]] = {}
        self._tokens: defaultdict[str, tuple[float, float]] = defaultdict(self._full)

    def _full(self) -> tuple[float, float]:
        return self._clock(), _CHANNEL_BURST

    def retry_after(self, method: str, channel: str = "") -> int | None:
        """Count a call; return the seconds to wait if it exceeds a limit."""
        if method == _POSTING and channel:
            return self._post(channel)
        tier = _METHODS.get(method)
        return self._count(method, _TIERS[tier]) if tier else None

    def _count(self, method: str, allowed: int) -> int | None:
        now = self._clock()
        began, count = self._minutes.get(method, (now, 0))
        if now - began >= 60:
            began, count = now, 0
        if count >= allowed:
            return math.ceil(began + 60 - now)
        self._minutes[method] = (began, count + 1)
        return None

    def _post(self, channel: str) -> int | None:
        now = self._clock()
        filled_at, tokens = self._tokens[channel]
        tokens = min(_CHANNEL_BURST, tokens + (now - filled_at) * _CHANNEL_RATE)
        if tokens < 1:
            return math.ceil((1 - tokens) / _CHANNEL_RATE)
        self._tokens[channel] = (now, tokens - 1)
        return None
