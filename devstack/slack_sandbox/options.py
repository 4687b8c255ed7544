"""The options of a sandbox."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

DEFAULT_SCOPES = (
    *("commands", "chat:write", "im:write", "im:history"),
    *("users:read", "users:read.email", "dnd:read"),
)
DEFAULT_EVENTS = ("team_join", "user_change", "app_home_opened")


@dataclass(frozen=True)
class Options:
    """All options at the start; the defaults are Slack's own figures.

    The tokens and the secret are only valid in the sandbox itself.
    """

    port: int = 0
    data: Path | None = None
    request_url: str | None = None
    bot_token: str = "xoxb-sandbox"  # noqa: S105 - public on purpose
    app_token: str = "xapp-sandbox"  # noqa: S105 - public on purpose
    signing_secret: str = "sandbox-signing-secret"  # noqa: S105 - public on purpose
    scopes: tuple[str, ...] = DEFAULT_SCOPES
    events: tuple[str, ...] = DEFAULT_EVENTS
    empty: bool = False
    rate_limits: bool = False
    ack_within: timedelta = timedelta(seconds=3)
    event_retry_delays: tuple[timedelta, ...] = (
        timedelta(0),
        timedelta(minutes=1),
        timedelta(minutes=5),
    )
