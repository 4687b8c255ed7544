"""Use cases of people: speakers, receivers, and members who join or change."""

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


class ServiceHarness:
    """The service over fakes."""

    def __init__(self, directory: FakeDirectory | None = None) -> None:
        self.directory = directory or FakeDirectory(GUEST, DEACTIVATED, ROBOT, OUTSIDER)
        self.store = FakeUserStore()
        self.gateway = FakeGateway(FakeTaskStore())
        self.users = UserService(self.directory, self.store, self.gateway)


async def test_a_full_member_may_speak() -> None:
    assert (await ServiceHarness().users.get_speaker(TEAM, ANA)).id == ANA


@NO_FULL_MEMBERS
async def test_only_full_members_may_speak(person: User) -> None:
    with pytest.raises(NotAllowedError, match="full members"):
        await ServiceHarness().users.get_speaker(TEAM, person.id)


async def test_person_unknown_to_slack_is_not_found() -> None:
    harness = ServiceHarness()
    harness.directory.failure = NotFoundError("user_not_found")

    with pytest.raises(NotFoundError, match="no such person"):
        await harness.users.get_receiver(TEAM, ANA)


async def test_slack_outage_is_reported_as_unavailable() -> None:
    harness = ServiceHarness()
    harness.directory.failure = TransientMessengerError("service_unavailable")

    with pytest.raises(UnavailableError, match="Slack can't be reached"):
        await harness.users.get_speaker(TEAM, ANA)


async def test_joining_member_is_stored_and_welcomed() -> None:
    harness = ServiceHarness()

    await harness.users.join(a_person(ANA))

    assert ANA in harness.store.users
    assert [start.user_id for start in harness.gateway.onboarded] == [ANA]


@NO_FULL_MEMBERS
async def test_only_full_members_are_welcomed(person: User) -> None:
    harness = ServiceHarness()

    await harness.users.join(person)

    assert person.id in harness.store.users
    assert harness.gateway.onboarded == []


async def test_changed_person_is_stored() -> None:
    harness = ServiceHarness()

    await harness.users.change(DEACTIVATED)

    assert harness.store.users[DEACTIVATED.id].deleted
