"""`/api/tasks`: the same rules as in Slack, in the name of a person, under a token's name."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from relai_core.domain.task import TaskStatus
from tests.bot.api.api_harness import NEW, ApiHarness
from tests.relai_core.builders import ANA, BEN, OTHER_TEAM, Changes, a_task, after

SOON = (datetime.now(UTC) + timedelta(days=2)).isoformat()


@pytest.fixture
async def api() -> AsyncIterator[ApiHarness]:
    async with ApiHarness().listening() as api:
        yield api


async def test_task_is_created_for_a_person(api: ApiHarness) -> None:
    made = await api.post("/api/tasks", NEW)

    task = made.body["task"]
    assert made.status == 201
    assert (task["assignedTo"], task["creator"], task["key"]) == (BEN, ANA, "T-1")
    assert made.headers["Location"] == f"/api/tasks/{task['id']}"
    assert made.body["workflow_id"] == f"task-{task['id']}"


async def test_creator_defaults_to_the_owner(api: ApiHarness) -> None:
    made = await api.post("/api/tasks", {"title": "Renew", "assignedTo": "UBEN"})

    assert made.body["task"]["creator"] == BEN


async def test_created_task_names_its_token(api: ApiHarness) -> None:
    await api.post("/api/tasks", NEW)

    assert api.gateway.created[0].via == "ci"


async def test_the_estimated_hand_off_is_the_due_date(api: ApiHarness) -> None:
    made = await api.post("/api/tasks", NEW | {"estimatedHandoff": SOON})

    due = datetime.fromisoformat(made.body["task"]["estimatedHandoff"])
    assert due == datetime.fromisoformat(SOON)


async def test_saved_task_links_to_its_workflow(api: ApiHarness) -> None:
    api.gateway.has_worker = False

    made = await api.post("/api/tasks", NEW)

    assert (made.status, made.body["done"], made.body["task"]) == (202, False, None)
    assert made.body["location"] == f"/api/workflows/{made.body['workflow_id']}"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "   "),
        ("title", "x" * 251),
        ("title", "two\nlines"),
        ("title", "two\u2028lines"),
        ("title", "\u200b\ufeff"),
        ("title", 7),
        ("description", "x" * 2501),
        ("description", "nul\x00"),
        ("estimatedHandoff", "tomorrow"),
        ("estimatedHandoff", 1900000000),
        ("estimatedHandoff", "2030-01-01T00:00:00"),
        ("estimatedHandoff", "2001-01-01T00:00:00Z"),
        ("estimatedHandoff", "9999-12-31T23:59:59-12:00"),
        ("assignedTo", ""),
        ("assignedTo", None),
        ("owner", "UANA"),
    ],
    ids=str,
)
async def test_invalid_field_is_named(api: ApiHarness, field: str, value: object) -> None:
    refused = await api.post("/api/tasks", NEW | {field: value})

    assert (refused.status, refused.body["code"], refused.body["field"]) == (422, "invalid", field)
    assert api.gateway.asked == []


@pytest.mark.parametrize("person", ["UGUS", "UDEB", "UBOT", "UOTTO"])
async def test_ineligible_owner_is_refused(api: ApiHarness, person: str) -> None:
    refused = await api.post("/api/tasks", NEW | {"assignedTo": person})

    assert (refused.status, refused.body["code"]) == (422, "person_cannot")
    assert refused.body["field"] == "assignedTo"


@pytest.mark.parametrize("person", ["UGUS", "UDEB", "UBOT", "UOTTO"])
async def test_ineligible_creator_is_refused(api: ApiHarness, person: str) -> None:
    refused = await api.post("/api/tasks", NEW | {"creator": person})

    assert (refused.status, refused.body["field"]) == (422, "creator")


async def test_person_is_found_by_email(api: ApiHarness) -> None:
    api.directory.emails["ben@example.com"] = BEN

    made = await api.post("/api/tasks", NEW | {"assignedTo": "ben@example.com"})

    assert made.body["task"]["assignedTo"] == BEN


async def test_person_is_found_by_relai_id(api: ApiHarness) -> None:
    made = await api.post("/api/tasks", NEW | {"assignedTo": "T0001:UBEN"})

    assert made.body["task"]["assignedTo"] == BEN


@pytest.mark.parametrize("reference", ["nobody@example.com", "T0002:UBEN", "ben", "U"])
async def test_unknown_person_is_refused_with_the_field(api: ApiHarness, reference: str) -> None:
    refused = await api.post("/api/tasks", NEW | {"assignedTo": reference})

    assert (refused.status, refused.body["code"]) == (422, "unknown_person")
    assert refused.body["field"] == "assignedTo"


@pytest.mark.parametrize("name", ["T-42", "t42", "T-042"])
async def test_a_task_is_shown_by_its_number(name: str) -> None:
    async with ApiHarness(a_task(42)).listening() as api:
        shown = await api.get(f"/api/tasks/{name}")

    assert (shown.status, shown.body["key"]) == (200, "T-42")


async def test_a_task_is_shown_by_its_id_with_its_latest_hand_over() -> None:
    task = a_task(42)
    handed = after(task, Changes(task).handed_over())
    async with ApiHarness(handed).listening() as api:
        shown = await api.get(f"/api/tasks/{task.id}")

    assert shown.body["relay"]["to_user"] == BEN
    assert shown.body["relay"]["end"] is None


@pytest.mark.parametrize("name", ["T-7", "nonsense", "T0001-abc", "%00", "%ff%fe", "..%2f", "T-0"])
async def test_unknown_task_is_not_found(api: ApiHarness, name: str) -> None:
    missing = await api.get(f"/api/tasks/{name}")

    assert (missing.status, missing.body["code"]) == (404, "not_found")


async def test_pages_list_every_task_once() -> None:
    async with ApiHarness(*(a_task(number) for number in range(1, 8))).listening() as api:
        seen: list[str] = []
        query: dict[str, str] = {"limit": "3"}
        while True:
            page = (await api.get("/api/tasks", **query)).body
            seen += [task["key"] for task in page["tasks"]]
            if page["next_cursor"] is None:
                break
            query["cursor"] = page["next_cursor"]

    assert seen == [f"T-{number}" for number in range(7, 0, -1)]


async def test_all_filters_apply_together() -> None:
    mine = a_task(1, owner=BEN, creator=ANA)
    done = after(a_task(2, owner=BEN, creator=ANA), Changes(a_task(2)).completed())
    other = a_task(3, owner=ANA, creator=ANA)
    async with ApiHarness(mine, done, other).listening() as api:
        found = await api.get("/api/tasks", assignee="UBEN", creator="UANA", status="open")

    assert [task["key"] for task in found.body["tasks"]] == ["T-1"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("limit", "0"),
        ("limit", "101"),
        ("limit", "many"),
        ("cursor", "T-1' || 1"),
        ("status", "lost"),
        ("due_after", "monday"),
        ("colour", "red"),
    ],
)
async def test_invalid_filter_is_refused(api: ApiHarness, name: str, value: str) -> None:
    refused = await api.get("/api/tasks", **{name: value})

    assert (refused.status, refused.body["field"]) == (422, name)


async def test_a_filter_given_twice_is_refused(api: ApiHarness) -> None:
    refused = await api.get("/api/tasks?limit=1&limit=2")

    assert (refused.status, refused.body["field"]) == (422, "limit")


async def test_title_is_edited() -> None:
    task = a_task(42)
    async with ApiHarness(task).listening() as api:
        edited = await api.patch("/api/tasks/T-42", {"title": "Renew both"})

    assert (edited.status, edited.body["task"]["title"]) == (202, "Renew both")
    assert api.store.events[task.id][-1].via == "ci"


async def test_progress_is_reported() -> None:
    async with ApiHarness(a_task(42)).listening() as api:
        edited = await api.patch("/api/tasks/T-42", {"progress": 60})

    assert edited.body["task"]["progress"] == 60


async def test_a_task_is_cancelled() -> None:
    async with ApiHarness(a_task(42)).listening() as api:
        edited = await api.patch("/api/tasks/T-42", {"status": "cancelled"})

    assert edited.body["task"]["status"] == TaskStatus.CANCELLED


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"actor": "UANA"},
        {"title": None},
        {"title": "Renew", "progress": 60},
        {"progress": 60, "status": "cancelled"},
        {"progress": 101},
        {"progress": True},
        {"status": "completed"},
    ],
    ids=str,
)
async def test_patch_of_several_or_invalid_fields_is_refused(body: dict[str, object]) -> None:
    async with ApiHarness(a_task(42)).listening() as api:
        refused = await api.patch("/api/tasks/T-42", body)

    assert (refused.status, refused.body["code"]) == (422, "invalid")
    assert api.gateway.asked == []


async def test_a_task_is_completed_in_its_owners_name() -> None:
    async with ApiHarness(a_task(42, owner=BEN)).listening() as api:
        done = await api.post("/api/tasks/T-42/complete")

    assert (done.status, done.body["task"]["closed_by"]) == (202, BEN)


async def test_uninvolved_person_cannot_complete_a_task() -> None:
    async with ApiHarness(a_task(42)).listening() as api:
        refused = await api.post("/api/tasks/T-42/complete", {"actor": "UCLEO"})

    assert (refused.status, refused.body["code"]) == (403, "not_involved")


async def test_a_closed_task_is_not_closed_again() -> None:
    closed = after(a_task(42), Changes(a_task(42)).completed())
    async with ApiHarness(closed).listening() as api:
        refused = await api.post("/api/tasks/T-42/complete")

    assert (refused.status, refused.body["code"]) == (409, "task_closed")


async def test_trail_names_actor_and_token() -> None:
    async with ApiHarness(a_task(42)).listening() as api:
        await api.patch("/api/tasks/T-42", {"progress": 60})
        trail = await api.get("/api/tasks/T-42/trail")

    (event,) = trail.body["events"]
    assert (event["kind"], event["actor"], event["via"]) == ("progressed", ANA, "ci")
    assert event["assignedTo"] == ANA


async def test_task_of_another_workspace_is_not_found() -> None:
    theirs = a_task(42, team=OTHER_TEAM)
    async with ApiHarness(theirs).listening() as api:
        replies = [
            await api.get(f"/api/tasks/{theirs.id}"),
            await api.get("/api/tasks/T-42"),
            await api.get(f"/api/tasks/{theirs.id}/trail"),
            await api.patch(f"/api/tasks/{theirs.id}", {"progress": 5}),
            await api.post(f"/api/tasks/{theirs.id}/complete"),
            await api.post(
                f"/api/tasks/{theirs.id}/relay", {"from_user": "UANA", "to_user": "UBEN"}
            ),
            await api.get(f"/api/workflows/task-{theirs.id}"),
        ]
        listed = await api.get("/api/tasks")

    assert {reply.status for reply in replies} == {404}
    assert listed.body["tasks"] == []
