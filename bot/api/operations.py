"""What the API can do, each operation declared once: its route and its description both follow."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Literal, NamedTuple, TypeVar

from pydantic import BaseModel

from relai_core.domain.api_token import ApiToken
from relai_core.domain.ids import RequestId, TeamId, TokenName

In = TypeVar("In", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Call(Generic[In]):
    """A request that may be carried out.

    Attributes:
        caller: who asks.
        given: the body, or the query of a GET, checked.
        name: what the address names, such as `T-42`; empty if it names nothing.
        request: the same for every repeat under one `Idempotency-Key`.
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
    """What to answer, and where to look for what was made."""

    status: int
    content: BaseModel
    location: str | None = None


@dataclass(frozen=True, slots=True)
class Operation(Generic[In]):
    """One thing the API can do.

    Attributes:
        id: its name in the description, such as `create_task`.
        path: below `/api`, with at most one name in it: `/tasks/{task}`.
        takes: the body, or the query of a GET.
        gives: the answers that are successes, by status.
        recall: finds the answer in what an earlier try of the same request has led to, if it has.
        links: operations that take the name in `Written`'s or the answer's field, by their ids.
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
