"""The bodies of control requests, and their reader."""

from typing import Any, Literal, TypeVar

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from devstack.slack_sandbox.errors import malformed
from devstack.slack_sandbox.records import Dnd, Json
from devstack.slack_sandbox.signature import Signing
from devstack.slack_sandbox.transport import Kind

_HANDLE = r"^[\w.-]+$"


class Body(BaseModel):
    """A control request takes the documented fields and no others."""

    model_config = ConfigDict(extra="forbid")


B = TypeVar("B", bound=Body)


async def read_body(request: web.Request, kind: type[B]) -> B:
    """Return the request's body, or raise a 400 that names its errors."""
    text = await request.text()
    if text and request.content_type != "application/json":
        raise malformed("send the body as application/json")
    try:
        return kind.model_validate_json(text or "{}")
    except ValidationError as error:
        raise malformed(_told(error)) from None


def _told(error: ValidationError) -> str:
    problems = error.errors(include_url=False, include_context=False)
    return "; ".join(f"{'.'.join(map(str, p['loc'])) or 'body'}: {p['msg']}" for p in problems)


class RequestUrl(Body):
    """`PUT /control/request-url`."""

    url: str | None = Field(pattern=r"^https?://")


class PersonFields(Body):
    """The fields of a person; only the given fields change."""

    name: str | None = Field(default=None, pattern=_HANDLE)
    real_name: str | None = None
    tz: str | None = None
    email: str | None = None
    is_bot: bool | None = None
    is_admin: bool | None = None
    is_restricted: bool | None = None
    is_ultra_restricted: bool | None = None
    is_stranger: bool | None = None
    deleted: bool | None = None
    team_id: str | None = None
    dnd: Dnd | None = None
    snooze_until: int | None = None


class NewPerson(PersonFields):
    """`POST /control/people`."""

    name: str = Field(pattern=_HANDLE)
    id: str | None = Field(default=None, pattern=r"^[UW][A-Z0-9]{2,}$")
    announce: bool = True


class NewChannel(Body):
    """`POST /control/channels`."""

    name: str = Field(pattern=r"^[\w-]{1,80}$")
    members: list[str]
    is_private: bool = False


class TypedCommand(Body):
    """`POST /control/commands`."""

    user: str
    text: str
    channel: str | None = None
    thread_ts: str | None = None


class TypedMessage(Body):
    """`POST /control/messages`."""

    user: str
    text: str = Field(min_length=1)
    channel: str | None = None
    thread_ts: str | None = None


class OpenedHome(Body):
    """`POST /control/home`."""

    user: str
    tab: Literal["home", "messages"] = "home"


class Action(Body):
    """`POST /control/actions`."""

    user: str
    action_id: str
    block_id: str | None = None
    channel: str | None = None
    ts: str | None = None
    view: str | None = None
    value: Any = None
    selected: Any = None
    force: bool = False


class Submission(Body):
    """`POST /control/views/{view}/submit`."""

    user: str
    values: dict[str, dict[str, Any]] = Field(default_factory=dict)


class Closing(Body):
    """`POST /control/views/{view}/close`."""

    user: str


class Repeat(Body):
    """`POST /control/deliveries/{id}/repeat`."""

    times: int = Field(default=1, ge=1, le=100)
    concurrently: bool = False
    retry_num: int | None = None
    retry_reason: str | None = None
    new_envelope: bool = True


class RawDelivery(Body):
    """`POST /control/deliveries`."""

    kind: Kind
    payload: Json
    sign: Signing = "good"


class NewFault(Body):
    """`POST /control/faults`."""

    method: str
    kind: str
    times: int = Field(default=1, ge=1)
    retry_after: int = Field(default=1, ge=0)
    delay: float = Field(default=0, ge=0)
    error: str = "fatal_error"


class Disconnect(Body):
    """`POST /control/sockets/disconnect`."""

    reason: Literal["refresh_requested", "warning"] = "refresh_requested"
    abort: bool = False
    refuse_next: int = Field(default=0, ge=0)
