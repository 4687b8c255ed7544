"""The declaration of an operation, from which its route and its description are made."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, NamedTuple, TypeVar

from pydantic import BaseModel

from relai_core.domain.api_token import ApiToken
from relai_core.domain.ids import RequestId, TeamId, TokenName

In = TypeVar("In", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call(Generic[In]):
    """A checked request.

    Attributes:
        caller: the token that the request came with.
        given: the parsed body, or the parsed query of a GET.
        name: the name in the path, such as `T-42`; empty if the path has none.
        request: the request's id, the same for every repeat under one `Idempotency-Key`.
    """

    caller: ApiToken
    given: In
    name: str
    request: RequestId

    @property
    def team_id(self) -> TeamId:
        return self.caller.team_id

    @property
    def via(self) -> TokenName:
        return self.caller.name


class Answer(NamedTuple):
    """The answer; `location` is the address of the result."""

    status: int
    content: BaseModel
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Operation(Generic[In]):
    """One operation of the API.

    Attributes:
        id: name in the description, such as `create_task`.
        path: path below `/api`, with at most one name in it: `/tasks/{task}`.
        takes: model of the body, or of the query of a GET.
        gives: models of the successful answers, by status.
        recall: finds the effect of an earlier try of the same request, or returns None.
        links: for other operations by id, the field of the answer that holds their path's name.
    """

    id: str
    method: Literal["GET", "PATCH", "POST"]
    path: str
    summary: str
    takes: type[In]
    gives: Mapping[int, type[BaseModel]]
    carry_out: Callable[[Call[In]], Awaitable[Answer]]
    recall: Callable[[Call[In]], Awaitable[Answer | None]] | None = None
    links: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_write(self) -> bool:
        return self.method != "GET"
