"""Models of Slack's payloads, with only the fields that the bot reads."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from relai_core.blockkit.ids import InputId
from relai_core.domain.ids import ChannelId, RequestId, SlackUserId, TeamId, request_id
from relai_core.errors import InvalidInputError


class _Payload(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _Team(_Payload):
    id: TeamId


class _Person(_Payload):
    id: SlackUserId


class _Channel(_Payload):
    id: ChannelId


class SlashCommand(_Payload):
    """A slash command as typed."""

    command: str
    text: str = ""
    team_id: TeamId
    user_id: SlackUserId
    channel_id: ChannelId
    trigger_id: str = Field(min_length=1)

    @property
    def request(self) -> RequestId:
        return request_id(self.team_id, self.trigger_id)

    @property
    def typed(self) -> str:
        """The whole line, as the person would type it again."""
        return f"{self.command} {self.text}".strip()


class _Action(_Payload):
    action_id: str
    value: str = ""


class _Container(_Payload):
    is_ephemeral: bool = False


class BlockAction(_Payload):
    """A click on a button."""

    team: _Team
    user: _Person
    trigger_id: str = Field(min_length=1)
    actions: tuple[_Action, ...] = Field(min_length=1, max_length=1)
    channel: _Channel | None = None
    container: _Container = _Container()
    response_url: str | None = None

    @property
    def request(self) -> RequestId:
        return request_id(self.team_id, self.trigger_id)

    @property
    def team_id(self) -> TeamId:
        return self.team.id

    @property
    def user_id(self) -> SlackUserId:
        return self.user.id

    @property
    def channel_id(self) -> ChannelId | None:
        return self.channel.id if self.channel else None

    @property
    def value(self) -> str:
        """The id of the task or the relay that the button is about."""
        return self.actions[0].value

    @property
    def is_ephemeral(self) -> bool:
        """True if only the person who clicked sees the message. The worker can't edit it."""
        return self.container.is_ephemeral


class _Option(_Payload):
    value: str


class InputState(_Payload):
    """The value of one input of a form. The kind of the input decides which field is set."""

    value: str | None = None
    selected_user: SlackUserId | None = None
    selected_option: _Option | None = None
    selected_date_time: int | None = None


class _State(_Payload):
    values: dict[str, dict[str, InputState]] = {}


class _View(_Payload):
    id: str = Field(min_length=1)
    callback_id: str
    private_metadata: str = ""
    state: _State = _State()


class ViewSubmission(_Payload):
    """A submitted modal. Each input's block_id and action_id are the same `InputId`.

    After a validation error the modal stays open; a resubmission with other input is a new
    request.
    """

    team: _Team
    user: _Person
    view: _View

    @property
    def request(self) -> RequestId:
        held = json.dumps(self.view.state.model_dump(), sort_keys=True)
        return request_id(self.team_id, self.view.id, held)

    @property
    def team_id(self) -> TeamId:
        return self.team.id

    @property
    def user_id(self) -> SlackUserId:
        return self.user.id

    @property
    def inputs(self) -> tuple[str, ...]:
        """The block ids of the form's inputs."""
        return tuple(self.view.state.values)

    def text(self, field: InputId) -> str:
        """The typed text, stripped; empty if the person typed nothing."""
        return (self._input(field).value or "").strip()

    def person(self, field: InputId) -> SlackUserId | None:
        return self._input(field).selected_user

    def choice(self, field: InputId) -> str | None:
        """The value of the selected option."""
        option = self._input(field).selected_option
        return option.value if option else None

    def moment(self, field: InputId) -> datetime | None:
        """The selected moment, or None.

        Raises:
            InvalidInputError: the moment is outside the calendar.
        """
        seconds = self._input(field).selected_date_time
        try:
            return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
        except (OverflowError, ValueError, OSError) as error:
            raise InvalidInputError("There is no such date.", field=field) from error

    def _input(self, field: InputId) -> InputState:
        return self.view.state.values.get(field, {}).get(field, InputState())


class _PersonEvent(_Payload):
    type: str
    user: Mapping[str, Any]


_SLACKS_UNIT = timedelta(seconds=1)


class UserEvent(_Payload):
    """`team_join` or `user_change`: a person's profile as of `happened_at`."""

    team_id: TeamId
    event_id: str = Field(min_length=1)
    event_time: int
    event: _PersonEvent

    @property
    def happened_at(self) -> datetime:
        """The end of the second in `event_time`, which Slack cuts to whole seconds.

        With the end, the event counts as newer than a profile that was read in the same second.
        """
        return datetime.fromtimestamp(self.event_time, UTC) + _SLACKS_UNIT
