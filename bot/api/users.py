"""`/api/users`: welcome a person, and list the people in the store."""

from typing import Any

from bot.api.inputs import UserCreate, UserPageQuery
from bot.api.operations import Answer, Call, Operation
from bot.api.outputs import UserOut, UserPage, UserWritten
from bot.api.people import People
from bot.api.problem_codes import ProblemCode
from bot.api.problems import Problem
from bot.services.user_service import UserService
from relai_core.domain.ids import SlackUserId
from relai_core.domain.user import User


class UserApi:
    """The operations on people."""

    def __init__(self, users: UserService, people: People) -> None:
        self._users = users
        self._people = people

    def operations(self) -> list[Operation[Any]]:
        return [
            Operation(
                id="create_user",
                method="POST",
                path="/users",
                summary="Welcome someone, once. It starts a UserOnboardingWorkflow.",
                takes=UserCreate,
                gives={202: UserWritten},
                carry_out=self.on_create,
                links={"get_workflow": "workflow_id"},
            ),
            Operation(
                id="list_users",
                method="GET",
                path="/users",
                summary="List the people whom RelAI has seen so far, by id.",
                takes=UserPageQuery,
                gives={200: UserPage},
                carry_out=self.on_list,
            ),
        ]

    async def on_create(self, call: Call[UserCreate]) -> Answer:
        team_id = call.team_id
        newcomer = await self._newcomer(call)
        inviter = None
        if call.given.inviter is not None:
            inviter = await self._people.receiver(team_id, call.given.inviter, "inviter")
        workflow_id = await self._users.onboard(newcomer, inviter, call.via)
        location = f"/api/workflows/{workflow_id}"
        content = UserWritten(workflow_id=workflow_id, location=location, user=UserOut.of(newcomer))
        return Answer(202, content, location)

    async def on_list(self, call: Call[UserPageQuery]) -> Answer:
        limit, cursor = call.given.limit, call.given.cursor
        found = await self._users.list_page(
            call.team_id, after=SlackUserId(cursor) if cursor else None, limit=limit + 1
        )
        page = found[:limit]
        more = page[-1].id if len(found) > limit else None
        return Answer(200, UserPage(users=[UserOut.of(user) for user in page], next_cursor=more))

    async def _newcomer(self, call: Call[UserCreate]) -> User:
        given = call.given
        by_id, by_email = given.slack_user_id, given.email
        if by_id is not None:
            newcomer = await self._people.receiver(call.team_id, by_id, "slack_user_id")
            await self._require_same(call, newcomer)
            return newcomer
        if by_email is not None:
            return await self._people.receiver(call.team_id, by_email, "email")
        detail = "slack_user_id: give it, or email. A name alone does not tell people apart."
        raise Problem(422, ProblemCode.UNKNOWN_PERSON, detail, field="slack_user_id")

    async def _require_same(self, call: Call[UserCreate], newcomer: User) -> None:
        """Refuse a Slack id and an address that belong to different people."""
        if call.given.email is None:
            return
        other = await self._people.named(call.team_id, call.given.email, "email")
        if other.id != newcomer.id:
            detail = "email: it is another person's than slack_user_id."
            raise Problem(422, ProblemCode.UNKNOWN_PERSON, detail, field="email")
