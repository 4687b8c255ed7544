"""Faults on request."""

import asyncio
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError

from tests.devstack.slack_sandbox.refusals import error_of
from tests.devstack.slack_sandbox.world import World


async def fault(world: World, kind: str, method: str = "chat.postMessage", **more: Any) -> None:
    await world.control("POST", "faults", method=method, kind=kind, **more)


async def said(world: World) -> list[str]:
    return [message["text"] for message in await world.seen_by("ana")]


async def test_rate_limit_carries_the_wait(world: World) -> None:
    channel = await world.dm("ana")
    await fault(world, "ratelimited", retry_after=7)

    with pytest.raises(SlackApiError) as refused:
        await world.slack.chat_postMessage(channel=channel, text="x")

    response = refused.value.response
    assert (response.status_code, response.headers["Retry-After"]) == (429, "7")
    assert response["error"] == "ratelimited"
    assert await said(world) == []


async def test_an_error_can_be_chosen(world: World) -> None:
    channel = await world.dm("ana")
    await fault(world, "error", error="account_inactive")

    assert await error_of(world.slack.chat_postMessage(channel=channel, text="x")) == (
        "account_inactive"
    )


async def test_server_error_is_plain_text(world: World) -> None:
    await fault(world, "server_error", method="auth.test")

    async with world.session.post(f"{world.url}/api/auth.test") as answer:
        assert (answer.status, answer.content_type) == (500, "text/plain")


@pytest.mark.parametrize(("kind", "posted"), [("lost_before", []), ("lost_after", ["x"])])
async def test_answer_is_lost_before_or_after_the_call(
    world: World, kind: str, posted: list[str]
) -> None:
    channel = await world.dm("ana")
    await fault(world, kind)

    with pytest.raises(aiohttp.ClientConnectionError):
        await world.slack.chat_postMessage(channel=channel, text="x")

    assert await said(world) == posted
    calls = (await world.control("GET", "calls?method=chat.postMessage"))["calls"]
    assert [call["outcome"] for call in calls] == [kind]


async def test_slow_call_succeeds(world: World) -> None:
    channel = await world.dm("ana")
    await fault(world, "slow", delay=0.05)

    assert (await world.slack.chat_postMessage(channel=channel, text="x"))["ok"]


async def test_fault_happens_the_given_number_of_times(world: World) -> None:
    channel = await world.dm("ana")
    await fault(world, "error", times=2)
    post = world.slack.chat_postMessage

    assert [await error_of(post(channel=channel, text="x")) for _ in range(2)] == [
        "fatal_error"
    ] * 2
    assert (await post(channel=channel, text="x"))["ok"]
    assert (await world.control("GET", "faults"))["faults"] == []


async def test_an_unreachable_slack_cuts_every_call_and_socket(world: World) -> None:
    # aiohttp's client repeats a GET once when its connection is cut: the socket costs two.
    await fault(world, "unreachable", method="*", times=4)

    for _ in range(2):
        with pytest.raises(aiohttp.ClientConnectionError):
            await world.slack.auth_test()
    with pytest.raises(aiohttp.ClientConnectionError):
        await world.session.ws_connect(f"{world.url}/link/?ticket=x")
    assert (await world.slack.auth_test())["ok"]


async def test_faults_can_be_removed(world: World) -> None:
    await fault(world, "error", method="*", times=9)

    await world.control("DELETE", "faults")

    assert (await world.slack.auth_test())["ok"]


async def test_a_response_url_can_fail(world: World) -> None:
    await world.socket_app()
    url = (await world.type("ana", "/task new"))["payload"]["response_url"]
    for kind in ("server_error", "ratelimited", "lost_after"):
        await fault(world, kind, method="response_url")

    async def post() -> int:
        async with world.session.post(url, json={"text": "x"}) as answer:
            return answer.status

    assert [await post(), await post()] == [500, 429]
    with pytest.raises(aiohttp.ClientConnectionError):
        await post()
    assert await said(world) == ["x"]


async def test_event_can_be_duplicated(world: World) -> None:
    app = await world.socket_app()
    await fault(world, "duplicate", method="delivery")

    await world.control("POST", "people", name="eve")

    first, second = await app.received.get(), await app.received.get()
    assert first.payload == second.payload
    assert first.envelope_id != second.envelope_id


@pytest.mark.parametrize(("kind", "arrived"), [("lost_before", 0), ("lost_after", 1)])
async def test_lost_delivery_or_acknowledgement_times_out(
    world: World, kind: str, arrived: int
) -> None:
    app = await world.socket_app()
    await fault(world, kind, method="delivery")

    assert (await world.type("ana", "/task list"))["outcome"] == "operation_timeout"
    assert app.received.qsize() == arrived


async def test_slow_delivery_arrives_late(world: World) -> None:
    app = await world.socket_app()
    await fault(world, "slow", method="delivery", delay=0.35)

    assert (await world.type("ana", "/task list"))["outcome"] == "operation_timeout"
    assert (await app.received.get()).type == "slash_commands"


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ({"method": "auth.test", "kind": "earthquake"}, "unknown_kind"),
        ({"method": "auth.test", "kind": "duplicate"}, "unknown_kind"),
        ({"method": "delivery", "kind": "ratelimited"}, "unknown_kind"),
        ({"method": "tasks.create", "kind": "error"}, "unknown_method"),
        ({"method": "auth.test", "kind": "error", "times": 0}, "invalid_request"),
    ],
)
async def test_an_impossible_fault_is_refused(
    world: World, body: dict[str, Any], error: str
) -> None:
    status, refused = await world.ask("POST", "faults", body)

    assert (status, refused["error"]) == (400, error)


async def test_one_method_fails_while_others_work(world: World) -> None:
    await fault(world, "slow", method="users.list", delay=5)

    async with asyncio.timeout(2):
        assert (await world.slack.auth_test())["ok"]
