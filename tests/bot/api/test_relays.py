"""`/api/tasks/{task}/relay`: hand-overs in the sender's name, by the same rules as in Slack."""

import pytest

from relai_core.domain.relay import RelayMode
from tests.bot.api.api_harness import ApiHarness
from tests.relai_core.builders import ANA, BEN, Changes, a_task, after

BODY = {"from_user": "UANA", "to_user": "UBEN", "message": "the staging one first"}


async def test_owner_hands_a_task_over() -> None:
    async with ApiHarness(a_task(42)).listening() as api:
        made = await api.post("/api/tasks/T-42/relay", BODY)

    relay = made.body["task"]["relay"]
    assert (made.status, relay["from_user"], relay["to_user"]) == (201, ANA, BEN)
    assert relay["message"] == "the staging one first"
    assert made.headers["Location"] == f"/api/workflows/relay-{made.body['relay_id']}"


async def test_a_handshake_leaves_the_task_with_its_sender() -> None:
    async with ApiHarness(a_task(42)).listening() as api:
        made = await api.post("/api/tasks/T-42/relay", BODY | {"mode": "handshake"})

    assert made.body["task"]["assignedTo"] == ANA


async def test_the_trail_names_the_token() -> None:
    task = a_task(42)
    async with ApiHarness(task).listening() as api:
        await api.post("/api/tasks/T-42/relay", BODY)

    assert api.store.events[task.id][-1].via == "ci"


async def test_only_the_owner_hands_a_task_over() -> None:
    async with ApiHarness(a_task(42)).listening() as api:
        refused = await api.post("/api/tasks/T-42/relay", BODY | {"from_user": "UCLEO"})

    assert (refused.status, refused.body["code"]) == (403, "not_the_owner")
    assert api.gateway.asked == []


async def test_a_task_is_not_handed_to_its_owner() -> None:
    async with ApiHarness(a_task(42)).listening() as api:
        refused = await api.post("/api/tasks/T-42/relay", BODY | {"to_user": "UANA"})

    assert (refused.status, refused.body["code"]) == (409, "same_person")


async def test_second_hand_over_is_refused_while_one_is_open() -> None:
    offered = after(a_task(42), Changes(a_task(42)).handed_over(mode=RelayMode.HANDSHAKE))
    async with ApiHarness(offered).listening() as api:
        refused = await api.post("/api/tasks/T-42/relay", BODY | {"to_user": "UCLEO"})

    assert (refused.status, refused.body["code"]) == (409, "relay_open")


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("from_user", "nobody@example.com", "unknown_person"),
        ("to_user", "UGUS", "person_cannot"),
        ("message", "x" * 1001, "invalid"),
        ("mode", "throw", "invalid"),
        ("answer_by", "2001-01-01T00:00:00Z", "invalid"),
        ("answer_by", "2090-01-01T00:00:00Z", "invalid"),
    ],
)
async def test_invalid_field_is_named(field: str, value: str, code: str) -> None:
    async with ApiHarness(a_task(42)).listening() as api:
        refused = await api.post("/api/tasks/T-42/relay", BODY | {field: value})

    assert (refused.status, refused.body["code"], refused.body["field"]) == (422, code, field)
    assert api.gateway.asked == []


async def test_saved_hand_over_links_to_its_workflow() -> None:
    async with ApiHarness(a_task(42)).listening() as api:
        api.gateway.has_worker = False
        made = await api.post("/api/tasks/T-42/relay", BODY)

    assert (made.status, made.body["done"]) == (202, False)
    assert made.body["location"] == f"/api/workflows/{made.body['workflow_id']}"
