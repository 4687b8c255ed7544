"""What requests look like. The description of the API is generated from these models.

Names are those of the domain, but for the ones that callers know: a task's owner is `assignedTo`,
its due date `estimatedHandoff`, and a relay's note is its `message`.
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
    """Keep away from the ends of the calendar, where arithmetic with time zones fails."""
    if not 1970 < moment.year < 9998:
        raise ValueError("must be between the years 1971 and 9997")
    return moment


def _visible(text: str) -> str:
    """Refuse what shows nothing, or more than one line."""
    if not any(unicodedata.category(letter)[0] in "LNPS" for letter in text):
        raise ValueError("must have something that can be seen")
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
    """Unknown fields are refused: a misspelt one would be lost without a word.

    Nothing is taken for what it is not, such as `"60"` for 60.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Nothing(_Input):
    """No input at all."""


class TaskCreate(_Input):
    """A task to make. It is its owner's from the first instant."""

    title: Title
    description: Description = ""
    assignedTo: PersonRef
    creator: PersonRef | None = Field(
        default=None, description="In whose name; without it, the owner's own."
    )
    estimatedHandoff: Moment | None = Field(
        default=None, description="When it is due: reminders go by it."
    )


def _describe_patch(schema: dict[str, Any]) -> None:
    """Say in the schema what `_one_thing` checks."""
    for name in _EDITED | {"progress", "status"}:
        del schema["properties"][name]["default"]
    edited = [{"required": [name]} for name in sorted(_EDITED)]
    schema["examples"] = [{"progress": 60}]
    schema["oneOf"] = [{"anyOf": edited}, {"required": ["progress"]}, {"required": ["status"]}]


class TaskPatch(_Input):
    """What to put right, or how far it is, or that it is not wanted any more: one of the three.

    A field that is left out stays as it is.
    """

    model_config = ConfigDict(json_schema_extra=_describe_patch)

    title: Title | SkipJsonSchema[None] = None
    description: Description | SkipJsonSchema[None] = None
    estimatedHandoff: Moment | SkipJsonSchema[None] = None
    progress: Annotated[int, Field(ge=0, le=100)] | SkipJsonSchema[None] = None
    status: Literal["cancelled"] | SkipJsonSchema[None] = None
    actor: PersonRef | None = Field(
        default=None, description="In whose name; without it, the owner's."
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
                "give title, description or estimatedHandoff; or progress; or status: each is one "
                "change, so send one request for each"
            )
        return self


_EDITED = frozenset({"title", "description", "estimatedHandoff"})


class TaskComplete(_Input):
    """Who says that it is done."""

    actor: PersonRef | None = Field(
        default=None, description="In whose name; without it, the owner's."
    )


class RelayCreate(_Input):
    """A hand-over. It awaits an answer until `answer_by` or, without it, for the usual window."""

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
    """Somebody to welcome. Slack says who they are: give `slack_user_id` or `email`."""

    model_config = ConfigDict(
        json_schema_extra={
            "anyOf": [{"required": ["slack_user_id"]}, {"required": ["email"]}],
            "examples": [{"name": "Ana Ruiz", "slack_user_id": "U012AB3CD"}],
        }
    )

    name: Annotated[str, StringConstraints(pattern=_LINE, max_length=200)] = Field(
        description="What the caller calls them. People see the name that Slack has."
    )
    status: Literal["active"] = Field(
        default="active", description="Only active people are welcomed."
    )
    slack_user_id: PersonRef | SkipJsonSchema[None] = None
    email: Address | SkipJsonSchema[None] = None
    inviter: PersonRef | None = Field(
        default=None, description="Gives the tasks, and gets the summary."
    )


class _Page(_Input):
    """A query, where everything is text."""

    model_config = ConfigDict(strict=False)

    limit: Annotated[int, Field(ge=1, le=PAGE_LIMIT)] = 50


class TaskPageQuery(_Page):
    """Which tasks. All that is given must fit."""

    assignee: PersonRef | None = None
    creator: PersonRef | None = None
    status: TaskStatus | None = None
    due_after: Moment | None = Field(default=None, description="Due then or later.")
    due_before: Moment | None = Field(default=None, description="Due earlier than that.")
    cursor: Annotated[str, StringConstraints(pattern=r"^T-[1-9][0-9]{0,8}$")] | None = Field(
        default=None, description="`next_cursor` of the page before."
    )


class UserPageQuery(_Page):
    """Which people."""

    cursor: Annotated[str, StringConstraints(pattern=r"^[UW][A-Z0-9]{1,20}$")] | None = Field(
        default=None, description="`next_cursor` of the page before."
    )


class TrailPageQuery(_Page):
    """Which part of a trail."""

    cursor: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]{0,8}$")] | None = Field(
        default=None, description="`next_cursor` of the page before."
    )
