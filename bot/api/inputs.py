"""Models of the requests. The API's description is generated from them.

Fields have the domain's names, with three exceptions: a task's owner is `assignedTo`, its due date
`estimatedHandoff`, and a relay's note `message`.
"""

import re
import unicodedata
from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)
from pydantic.json_schema import SkipJsonSchema

from relai_core.domain.relay import NOTE_LIMIT, RelayMode
from relai_core.domain.task import DESCRIPTION_LIMIT, TITLE_LIMIT, TaskStatus

PAGE_LIMIT = 100
_LINE = r"^[^\x00-\x1f\x7f]*[^\s\x00-\x1f\x7f][^\x00-\x1f\x7f]*$"
_TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
"""Text of several lines: no control characters but tab and line breaks."""


_RFC3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,6})?([Zz]|[+-]\d{2}:\d{2})", re.ASCII
)


def _written_as_rfc3339(moment: object) -> object:
    """Refuse numbers and other forms, which pydantic would read as seconds since 1970."""
    if not isinstance(moment, str) or not _RFC3339.fullmatch(moment):
        raise ValueError("must be a moment with its offset, such as 2030-01-31T17:00:00+01:00")
    return moment


def _sensible(moment: datetime) -> datetime:
    """Refuse years at the ends of the calendar, where time zone arithmetic overflows."""
    if not 1970 < moment.year < 9998:
        raise ValueError("must be between the years 1971 and 9997")
    return moment


def _visible(text: str) -> str:
    """Refuse a text without a visible character, or with more than one line."""
    if not any(unicodedata.category(letter)[0] in "LNPS" for letter in text):
        raise ValueError("must have a visible character")
    if any(unicodedata.category(letter) in ("Cc", "Zl", "Zp") for letter in text):
        raise ValueError("must be one line")
    return text


Title = Annotated[
    str,
    StringConstraints(pattern=_LINE, max_length=TITLE_LIMIT),
    AfterValidator(_visible),
    Field(examples=["Renew the TLS certificate"]),
]
Description = Annotated[str, StringConstraints(pattern=_TEXT, max_length=DESCRIPTION_LIMIT)]
Note = Annotated[str, StringConstraints(pattern=_TEXT, max_length=NOTE_LIMIT)]
Moment = Annotated[
    AwareDatetime,
    Field(strict=False),
    BeforeValidator(_written_as_rfc3339),
    AfterValidator(_sensible),
]
Address = Annotated[str, StringConstraints(pattern=r"^[!-?A-~]+@[!-?A-~]+$", max_length=320)]
PersonRef = Annotated[
    str,
    StringConstraints(pattern=r"^[!-~]+$", max_length=320),
    Field(
        description="A person: a Slack id (`U012AB3CD`), an e-mail address, or our id "
        "(`T012AB3CD:U012AB3CD`).",
        examples=["U012AB3CD"],
    ),
]


class _Input(BaseModel):
    """Refuses unknown fields, because a misspelt field would be lost silently.

    Values must have the exact type: `"60"` is not taken for 60.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Nothing(_Input):
    """No input."""


class TaskCreate(_Input):
    """A task to make. Its owner holds it at once."""

    title: Title
    description: Description = ""
    assignedTo: PersonRef
    creator: PersonRef | None = Field(
        default=None, description="The person who gives the task; by default the owner."
    )
    estimatedHandoff: Moment | None = Field(
        default=None, description="The due date, which the reminders use."
    )


def _describe_patch(schema: dict[str, Any]) -> None:
    """Add the rule of `_one_thing` to the schema."""
    for name in _EDITED | {"progress", "status"}:
        del schema["properties"][name]["default"]
    edited = [{"required": [name]} for name in sorted(_EDITED)]
    schema["examples"] = [{"progress": 60}]
    schema["oneOf"] = [{"anyOf": edited}, {"required": ["progress"]}, {"required": ["status"]}]


class TaskPatch(_Input):
    """An edit, a progress report or a cancellation: send only one of the three.

    Fields that are left out keep their value.
    """

    model_config = ConfigDict(json_schema_extra=_describe_patch)

    title: Title | SkipJsonSchema[None] = None
    description: Description | SkipJsonSchema[None] = None
    estimatedHandoff: Moment | SkipJsonSchema[None] = None
    progress: Annotated[int, Field(ge=0, le=100)] | SkipJsonSchema[None] = None
    status: Literal["cancelled"] | SkipJsonSchema[None] = None
    actor: PersonRef | None = Field(
        default=None, description="The person who acts; by default the owner."
    )

    @property
    def is_edit(self) -> bool:
        return not self.model_fields_set.isdisjoint(_EDITED)

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        given = self.model_fields_set - {"actor"}
        if any(getattr(self, name) is None for name in given):
            raise ValueError("a field can't be null: leave it out to keep it as it is")
        if bool(given & _EDITED) + ("progress" in given) + ("status" in given) != 1:
            raise ValueError(
                "give only title, description and estimatedHandoff, or only progress, or only "
                "status: send one request for each of these changes"
            )
        return self


_EDITED = frozenset({"title", "description", "estimatedHandoff"})


class TaskComplete(_Input):
    """A completion, with the person who reports it."""

    actor: PersonRef | None = Field(
        default=None, description="The person who acts; by default the owner."
    )


class RelayCreate(_Input):
    """A hand-over. Without `answer_by` the receiver has as long to answer as the bot's setting."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"from_user": "U012AB3CD", "to_user": "U045EF6GH", "message": "Thanks!"}]
        }
    )

    from_user: PersonRef
    to_user: PersonRef
    message: Note = ""
    mode: RelayMode | None = None
    answer_by: Moment | None = None


class UserCreate(_Input):
    """A person to welcome. Give `slack_user_id` or `email`, by which Slack finds them."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [{"required": ["slack_user_id"]}, {"required": ["email"]}],
            "examples": [{"name": "Ana Ruiz", "slack_user_id": "U012AB3CD"}],
        }
    )

    name: Annotated[str, StringConstraints(pattern=_LINE, max_length=200)] = Field(
        description="The caller's name for the person. RelAI shows the name from Slack."
    )
    status: Literal["active"] = Field(
        default="active", description="Only active people are welcomed."
    )
    slack_user_id: PersonRef | SkipJsonSchema[None] = None
    email: Address | SkipJsonSchema[None] = None
    inviter: PersonRef | None = Field(
        default=None, description="The person who gives the tasks and gets the summary."
    )


class _Page(_Input):
    """A query, in which all values are text."""

    model_config = ConfigDict(strict=False)

    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT)] = 50


class TaskPageQuery(_Page):
    """A filter of tasks. A task must match all given fields."""

    assignee: PersonRef | None = None
    creator: PersonRef | None = None
    status: TaskStatus | None = None
    due_after: Moment | None = Field(default=None, description="Tasks due at this moment or later.")
    due_before: Moment | None = Field(default=None, description="Tasks due before this moment.")
    cursor: Annotated[str, StringConstraints(pattern=r"^T-[1-9][0-9]{0,8}$")] | None = Field(
        default=None, description="`next_cursor` of the previous page."
    )


class UserPageQuery(_Page):
    """A page of people."""

    cursor: Annotated[str, StringConstraints(pattern=r"^[UW][A-Z0-9]{1,20}$")] | None = Field(
        default=None, description="`next_cursor` of the previous page."
    )


class TrailPageQuery(_Page):
    """A page of a trail."""

    cursor: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,8}$")] | None = Field(
        default=None, description="`next_cursor` of the previous page."
    )
