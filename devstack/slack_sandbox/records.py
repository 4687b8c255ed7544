"""The rows of the workspace: a model for each kind."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

Json = dict[str, Any]


class Record(BaseModel):
    """A row of the workspace, found again by its `key`."""

    model_config = ConfigDict(extra="forbid")

    @property
    def key(self) -> str:
        raise NotImplementedError


class Installation(Record):
    """The workspace itself, and the app installed in it."""

    team_id: str
    team_name: str
    domain: str
    app_id: str
    bot_id: str
    bot_user_id: str
    request_url: str | None = None

    @property
    def key(self) -> str:
        return "installation"


class Dnd(BaseModel):
    """A person's next do-not-disturb period, in epoch seconds."""

    model_config = ConfigDict(extra="forbid")

    enabled: bool = False
    start: int = 1
    end: int = 1


class Person(Record):
    """A person or a bot user."""

    id: str
    team_id: str
    name: str
    real_name: str
    email: str | None = None
    tz: str = "UTC"
    deleted: bool = False
    is_bot: bool = False
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False
    bot_id: str | None = None
    app_id: str | None = None
    updated: int = 0
    dnd: Dnd = Field(default_factory=Dnd)
    snooze_until: int | None = None

    @property
    def key(self) -> str:
        return self.id


class Channel(Record):
    """A channel, a DM (`D…`, whose `user` is the person) or a group DM."""

    id: str
    name: str = ""
    members: list[str]
    created: int
    creator: str
    user: str | None = None
    is_private: bool = False
    is_mpim: bool = False
    is_archived: bool = False

    @property
    def key(self) -> str:
        return self.id

    @property
    def is_im(self) -> bool:
        return self.user is not None


class Message(Record):
    """A message; with `only_for` it is ephemeral, and only that person sees it."""

    channel: str
    ts: str
    user: str
    text: str
    team: str
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    bot_id: str | None = None
    app_id: str | None = None
    thread_ts: str | None = None
    metadata: Json | None = None
    edited_ts: str | None = None
    only_for: str | None = None

    @property
    def key(self) -> str:
        return f"{self.channel}:{self.ts}"


class View(Record):
    """A modal on a person's stack, or a person's Home tab."""

    id: str
    user: str
    type: str
    blocks: list[Json]
    hash: str
    root_view_id: str
    previous_view_id: str | None = None
    title: Json | None = None
    submit: Json | None = None
    close: Json | None = None
    callback_id: str = ""
    private_metadata: str = ""
    external_id: str = ""
    clear_on_close: bool = False
    notify_on_close: bool = False
    submit_disabled: bool = False
    values: dict[str, dict[str, Json]] = Field(default_factory=dict)

    @property
    def key(self) -> str:
        return self.id


class Trigger(Record):
    """The right to open a single modal for one person, for a moment."""

    id: str
    user: str
    expires_at: float
    view_id: str | None = None
    exchanged: bool = False

    @property
    def key(self) -> str:
        return self.id


class ResponseUrl(Record):
    """An address the app may post to a few times about one payload."""

    path: str
    user: str
    channel: str
    expires_at: float
    uses_left: int
    source_ts: str | None = None
    thread_ts: str | None = None

    @property
    def key(self) -> str:
        return self.path


class PendingEvent(Record):
    """An event the app has not acknowledged yet."""

    event_id: str
    payload: Json
    attempts: int = 0

    @property
    def key(self) -> str:
        return self.event_id
