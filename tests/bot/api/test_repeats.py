"""`Idempotency-Key`: a repeated request acts once and gets the same answer from any bot."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from multidict import CIMultiDict

from relai_core.errors import UnavailableError
from tests.bot.api.api_harness import CI_SECRET, NEW, TOKENS, ApiHarness, a_token
from tests.relai_core.builders import CI, a_task

RELAY = {"from_user": "UANA", "to_user": "UBEN"}


async def test_repeated_request_gets_the_same_answer() -> None:
    async with ApiHarness().listening() as api:
        first = await api.post("/api/tasks", NEW, key="k1")
        again = await api.post("/api/tasks", NEW, key="k1")

    assert (again.status, again.body) == (first.status, first.body)
    assert again.headers["Location"] == first.headers["Location"]
    assert [reply.headers["Idempotency-Status"] for reply in (first, again)] == ["new", "replayed"]
    assert len(api.store.tasks) == 1


async def test_field_order_does_not_change_the_request() -> None:
    async with ApiHarness().listening() as api:
        await api.post("/api/tasks", NEW, key="k1")
        again = await api.post("/api/tasks", dict(reversed(NEW.items())), key="k1")

    assert again.headers["Idempotency-Status"] == "replayed"


async def test_key_used_for_another_request_is_refused() -> None:
    async with ApiHarness(a_task(42)).listening() as api:
        await api.post("/api/tasks", NEW, key="k1")
        other_body = await api.post("/api/tasks", NEW | {"title": "Another"}, key="k1")
        other_place = await api.post("/api/tasks/T-42/complete", key="k1")

    for refused in (other_body, other_place):
        assert (refused.status, refused.body["code"]) == (409, "idempotency_key_reused")
    assert len(api.store.tasks) == 2


async def test_same_key_of_another_token_is_independent() -> None:
    tokens = [*TOKENS, a_token("deploy", "relai_deploy")]
    async with ApiHarness(tokens=tokens).listening() as api:
        await api.post("/api/tasks", NEW, key="k1")
        other = await api.post("/api/tasks", NEW, key="k1", token="relai_deploy")

    assert other.headers["Idempotency-Status"] == "new"
    assert len(api.store.tasks) == 2


async def test_key_stays_valid_after_a_token_rotation() -> None:
    tokens = [*TOKENS, a_token(CI, "relai_next")]
    async with ApiHarness(tokens=tokens).listening() as api:
        await api.post("/api/tasks", NEW, key="k1", token=CI_SECRET)
        again = await api.post("/api/tasks", NEW, key="k1", token="relai_next")

    assert again.headers["Idempotency-Status"] == "replayed"


async def test_repeat_without_a_key_acts_again() -> None:
    async with ApiHarness().listening() as api:
        replies = [await api.post("/api/tasks", NEW) for _ in range(2)]

    assert [reply.headers["Idempotency-Status"] for reply in replies] == ["none", "none"]
    assert len(api.store.tasks) == 2


async def test_two_bots_give_one_answer_to_one_key() -> None:
    one = ApiHarness()
    two = ApiHarness(shares=one)
    async with one.listening(), two.listening():
        one.gateway.may_go_on.clear()
        both = [asyncio.create_task(each.post("/api/tasks", NEW, key="k1")) for each in (one, two)]
        while len(one.gateway.asked) < 2:  # noqa: ASYNC110 - the gateway has no event for it
            await asyncio.sleep(0)
        one.gateway.may_go_on.set()
        replies = await asyncio.gather(*both)

    assert replies[0].body == replies[1].body
    assert len(one.store.tasks) == 1


async def test_refusal_is_replayed() -> None:
    async with ApiHarness(a_task(42)).listening() as api:
        body = RELAY | {"from_user": "UCLEO"}
        first = await api.post("/api/tasks/T-42/relay", body, key="k1")
        again = await api.post("/api/tasks/T-42/relay", body, key="k1")

    assert (first.status, again.status) == (403, 403)
    assert again.headers["Idempotency-Status"] == "replayed"
    assert again.headers["Content-Type"].startswith("application/problem+json")


async def test_request_is_carried_out_after_an_outage() -> None:
    async with ApiHarness().listening() as api:
        api.gateway.failure = UnavailableError("Temporal")
        first = await api.post("/api/tasks", NEW, key="k1")
        api.gateway.failure = None
        again = await api.post("/api/tasks", NEW, key="k1")

    assert (first.status, again.status) == (503, 201)
    assert again.headers["Idempotency-Status"] == "new"


async def test_invalid_body_leaves_the_key_unused() -> None:
    async with ApiHarness().listening() as api:
        await api.post("/api/tasks", NEW | {"title": ""}, key="k1")
        made = await api.post("/api/tasks", NEW, key="k1")

    assert made.status == 201


async def test_unrecorded_answer_is_reported_as_unconfirmed() -> None:
    async with ApiHarness().listening() as api:
        api.keyed.fails_to_record = True
        first = await api.post("/api/tasks", NEW, key="k1")
        api.keyed.fails_to_record = False
        again = await api.post("/api/tasks", NEW, key="k1")

    assert (first.status, first.body["code"]) == (503, "unconfirmed")
    assert again.status == 201
    assert len(api.store.tasks) == 1


@pytest.mark.parametrize("key", ["x" * 256, "two words", "é"])
async def test_invalid_key_is_refused(key: str) -> None:
    async with ApiHarness().listening() as api:
        refused = await api.post("/api/tasks", NEW, key=key)

    assert (refused.status, refused.body["field"]) == (400, "Idempotency-Key")
    assert api.gateway.asked == []


async def test_repeat_after_a_lost_answer_gets_its_result() -> None:
    """Both answers were lost. Since then the due date has passed, and the task was handed on."""
    soon = (datetime.now(UTC) + timedelta(seconds=0.5)).isoformat()
    task = a_task(42)
    async with ApiHarness(task).listening() as api:
        api.keyed.fails_to_record = True
        lost = [
            await api.post("/api/tasks", NEW | {"estimatedHandoff": soon}, key="create"),
            await api.post("/api/tasks/T-42/relay", RELAY, key="relay"),
        ]
        api.keyed.fails_to_record = False
        opened = api.store.tasks[task.id].relay
        assert opened is not None
        await api.post("/api/tasks/T-42/relay", {"from_user": "UBEN", "to_user": "UCLEO"})
        await asyncio.sleep(0.6)
        again = [
            await api.post("/api/tasks", NEW | {"estimatedHandoff": soon}, key="create"),
            await api.post("/api/tasks/T-42/relay", RELAY, key="relay"),
        ]

    assert [reply.status for reply in lost] == [503, 503]
    assert [(reply.status, reply.body["done"]) for reply in again] == [(201, True), (201, True)]
    assert len(api.store.tasks) == 2


async def test_not_found_is_not_recorded() -> None:
    async with ApiHarness().listening() as api:
        first = await api.post("/api/tasks/T-42/complete", key="k1")
        api.store.tasks |= {task.id: task for task in [a_task(42)]}
        again = await api.post("/api/tasks/T-42/complete", key="k1")

    assert (first.status, again.status) == (404, 202)


async def test_two_keys_for_one_request_are_refused() -> None:
    async with ApiHarness().listening() as api:
        keys = CIMultiDict([("Idempotency-Key", "k1"), ("Idempotency-Key", "k2")])
        refused = await api.send("POST", "/api/tasks", headers=keys, json=NEW)

    assert (refused.status, refused.body["field"]) == (400, "Idempotency-Key")


@pytest.mark.parametrize(("key", "standing"), [(None, "none"), ("k1", "new")])
async def test_refusal_reports_the_idempotency_status(key: str | None, standing: str) -> None:
    async with ApiHarness().listening() as api:
        refused = await api.post("/api/tasks", NEW | {"title": ""}, key=key)

    assert refused.headers["Idempotency-Status"] == standing
