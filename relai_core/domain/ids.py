"""Identifiers, and the functions that make them.

Each of our ids is a digest of its cause, such as a Slack request. So a request that arrives twice,
also in two processes, always names the same task.
"""

from hashlib import blake2b
from typing import NewType

TeamId = NewType("TeamId", str)
"""A Slack workspace, `T…`."""
SlackUserId = NewType("SlackUserId", str)
"""A person or a bot in Slack, `U…` or `W…`."""
ChannelId = NewType("ChannelId", str)
"""A Slack conversation, `C…` or `D…`."""
MessageTs = NewType("MessageTs", str)
"""A message's id within its channel."""
RequestId = NewType("RequestId", str)
"""One request of one person. A payload that is delivered twice gets the same id."""
TaskId = NewType("TaskId", str)
"""A task: `TEAM-digest`."""
RelayId = NewType("RelayId", str)
"""One hand-over: `TEAM-digest`."""
NoticeKey = NewType("NoticeKey", str)
"""One message to one person about one thing: `task:kind:moment:person`."""

TokenName = NewType("TokenName", str)
"""The name of an API token: a system that acts in people's names."""

_DIGEST_BYTES = 10
"""80 bits: a collision within a workspace stays improbable past a billion requests."""


def _digest(*parts: str) -> str:
    return blake2b("\x1f".join(parts).encode(), digest_size=_DIGEST_BYTES).hexdigest()


def request_id(team_id: TeamId, *cause: str) -> RequestId:
    """Name a request by its cause, such as a trigger id or a view id."""
    return RequestId(_digest(team_id, *cause))


def task_id(team_id: TeamId, request: RequestId) -> TaskId:
    """Name the task that a request creates."""
    return TaskId(f"{team_id}-{_digest('task', request)}")


def relay_id(team_id: TeamId, request: RequestId) -> RelayId:
    """Name the relay that a request opens."""
    return RelayId(f"{team_id}-{_digest('relay', request)}")


def team_of(identifier: TaskId | RelayId) -> TeamId:
    """Tell which workspace a task or a relay belongs to."""
    return TeamId(identifier.partition("-")[0])
