"""Who may speak, who can be given a task, who is welcomed."""

import pytest

from bot.services.user_service import UserService
from relai_core.domain.user import User
from relai_core.errors import (
    NotAllowedError,
    NotFoundError,
    TransientMessengerError,
    UnavailableError,
)
from tests.bot.people import DEACTIVATED, GUEST, OUTSIDER, ROBOT, a_person
from tests.fakes import FakeDirectory, FakeGateway, FakeTaskStore, FakeUserStore
from tests.relai_core.builders import ANA, TEAM

NO_FULL_MEMBERS = pytest.mark.parametrize(
    "person", [GUEST, DEACTIVATED, ROBOT, OUTSIDER], ids=lambda person: person.name
)


class ApiHarness:
    """The service over fakes."""

    def __init__(self, directory: FakeDirectory | None = None) -> None:
        self.directory = directory or FakeDirectory(GUEST, DEACTIVATED, ROBOT, OUTSIDER)
        self.store = FakeUserStore()
        self.gateway = FakeGateway(FakeTaskStore())
        self.users = UserService(self.directory, self.store, self.gateway)


async def test_a_full_member_may_speak() -> None:
    assert (await ApiHarness().users.get_speaker(TEAM, ANA)).id == ANA


@NO_FULL_MEMBERS
async def test_nobody_but_full_members_may_speak(person: User) -> None:
    with pytest.raises(NotAllowedError, match="full members"):
        await ApiHarness().users.get_speaker(TEAM, person.id)


async def test_a_stranger_to_slack_is_not_found() -> None:
    api = ApiHarness()
    api.directory.failure = NotFoundError("user_not_found")

    with pytest.raises(NotFoundError, match="no such person"):
        await api.users.get_receiver(TEAM, ANA)


async def test_when_slack_cannot_be_asked_nothing_was_saved() -> None:
    api = ApiHarness()
    api.directory.failure = TransientMessengerError("service_unavailable")

    with pytest.raises(UnavailableError, match="Slack can't be reached"):
        await api.users.get_speaker(TEAM, ANA)


async def test_who_joins_is_remembered_and_welcomed() -> None:
    api = ApiHarness()

    await api.users.join(a_person(ANA))

    assert ANA in api.store.users
    assert [start.user_id for start in api.gateway.onboarded] == [ANA]


@NO_FULL_MEMBERS
async def test_nobody_but_full_members_is_welcomed(person: User) -> None:
    api = ApiHarness()

    await api.users.join(person)

    assert person.id in api.store.users
    assert api.gateway.onboarded == []


async def test_who_changes_is_remembered() -> None:
    api = ApiHarness()

    await api.users.change(DEACTIVATED)

    assert api.store.users[DEACTIVATED.id].deleted
