"""`/api/users` and `/api/workflows`: welcome and list people, show a workflow."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.services.temporal_service import WorkflowStatus
from relai_core.domain.decisions import RefusalReason
from relai_workflows.contracts import TaskRelayResult
from tests.bot.api.api_harness import ApiHarness
from tests.bot.people import GUEST, a_person
from tests.relai_core.builders import ANA, BEN, OTHER_TEAM, TEAM


@pytest.fixture
async def api() -> AsyncIterator[ApiHarness]:
    async with ApiHarness().listening() as api:
        yield api


async def test_person_is_welcomed_by_slack_id(api: ApiHarness) -> None:
    welcomed = await api.post("/api/users", {"name": "Ben", "slack_user_id": "UBEN"})

    (started,) = api.gateway.onboarded
    assert (welcomed.status, started.user_id, started.via) == (202, BEN, "ci")
    assert welcomed.headers["Location"] == f"/api/workflows/{welcomed.body['workflow_id']}"


async def test_person_is_welcomed_by_email_with_an_inviter(api: ApiHarness) -> None:
    api.directory.emails["ben@example.com"] = BEN

    await api.post(
        "/api/users",
        {"name": "Ben", "status": "active", "email": "ben@example.com", "inviter": "UANA"},
    )

    assert (api.gateway.onboarded[0].user_id, api.gateway.onboarded[0].inviter) == (BEN, ANA)


@pytest.mark.parametrize(
    ("person", "field"),
    [
        ({}, "slack_user_id"),
        ({"slack_user_id": "UGUS"}, "slack_user_id"),
        ({"email": "nobody@example.com"}, "email"),
        ({"slack_user_id": "UBEN", "status": "deactivated"}, "status"),
        ({"slack_user_id": "UBEN", "inviter": "UBOT"}, "inviter"),
        ({"slack_user_id": "UANA", "email": "ben@example.com"}, "email"),
        ({"slack_user_id": "UBEN", "name": ""}, "name"),
    ],
    ids=str,
)
async def test_refused_welcome_names_the_field(
    api: ApiHarness, person: dict[str, str], field: str
) -> None:
    api.directory.emails["ben@example.com"] = BEN

    refused = await api.post("/api/users", {"name": "Somebody"} | person)

    assert (refused.status, refused.body["field"]) == (422, field)
    assert api.gateway.onboarded == []


async def test_people_are_listed_with_their_status(api: ApiHarness) -> None:
    for person in (a_person(BEN), GUEST, a_person(ANA)):
        await api.people.put(person)

    listed = await api.get("/api/users")

    assert [(user["slack_user_id"], user["status"]) for user in listed.body["users"]] == [
        ("UANA", "active"),
        ("UBEN", "active"),
        ("UGUS", "guest"),
    ]
    assert listed.body["users"][0]["id"] == "T0001:UANA"


async def test_people_are_listed_a_page_at_a_time(api: ApiHarness) -> None:
    for person in (a_person(ANA), a_person(BEN)):
        await api.people.put(person)

    first = await api.get("/api/users", limit="1")
    second = await api.get("/api/users", limit="1", cursor=first.body["next_cursor"])

    assert [page.body["users"][0]["name"] for page in (first, second)] == ["uana", "uben"]
    assert second.body["next_cursor"] is None


async def test_workflow_shows_its_status_and_result(api: ApiHarness) -> None:
    started = datetime(2026, 3, 4, 10, tzinfo=UTC)
    api.gateway.statuses["relay-T0001-abc"] = WorkflowStatus(
        "relay-T0001-abc",
        "TaskRelayWorkflow",
        "completed",
        started,
        started,
        TaskRelayResult(end=None, refusal=RefusalReason.RELAY_OPEN),
    )

    shown = await api.get("/api/workflows/relay-T0001-abc")

    assert (shown.status, shown.body["status"]) == (200, "completed")
    assert shown.body["result"] == {"end": None, "refusal": "relay_open"}


@pytest.mark.parametrize(
    "name",
    [
        f"task-{OTHER_TEAM}-abc",
        f"onboarding-{OTHER_TEAM}-UBEN",
        f"relay-{TEAM}-unheard-of",
        f"task-{TEAM}",
        "cleanup",
        "task-T0001-" + "a" * 5000,
        f"relay-{TEAM}-abc",
    ],
)
async def test_foreign_or_unknown_workflow_is_not_found(api: ApiHarness, name: str) -> None:
    missing = await api.get(f"/api/workflows/{name}")

    assert (missing.status, missing.body["code"]) == (404, "not_found")
