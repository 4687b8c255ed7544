"""Tokens, scopes and arguments of Web API calls."""

import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.devstack.slack_sandbox.conftest import Start
from tests.devstack.slack_sandbox.world import World

BEARER = {"Authorization": "Bearer xoxb-sandbox"}


async def post(world: World, method: str, **request: Any) -> dict[str, Any]:
    request.setdefault("headers", BEARER)
    async with world.session.post(f"{world.url}/api/{method}", **request) as response:
        return dict(await response.json())


async def test_auth_test_names_the_app_and_its_scopes(world: World) -> None:
    answer = await world.slack.auth_test()

    workspace = await world.control("GET", "workspace")
    assert answer["user_id"] == workspace["app"]["bot_user_id"]
    assert answer["bot_id"] == workspace["app"]["bot_id"]
    assert answer["team_id"] == workspace["team"]["id"]
    assert "chat:write" in answer.headers["x-oauth-scopes"].split(",")


async def test_unknown_method_is_refused(world: World) -> None:
    answer = await post(world, "tasks.create")

    assert (answer["ok"], answer["error"]) == (False, "unknown_method")


@pytest.mark.parametrize(
    ("method", "authorization", "error"),
    [
        ("auth.test", "", "not_authed"),
        ("auth.test", "Bearer xoxb-of-somebody", "invalid_auth"),
        ("auth.test", "Bearer xapp-sandbox", "not_allowed_token_type"),
        ("apps.connections.open", "Bearer xoxb-sandbox", "not_allowed_token_type"),
        ("apps.connections.open", "Bearer xapp-of-somebody", "invalid_auth"),
    ],
)
async def test_wrong_token_is_refused(
    world: World, method: str, authorization: str, error: str
) -> None:
    answer = await post(world, method, headers={"Authorization": authorization})

    assert answer == {"ok": False, "error": error}


async def test_app_token_is_refused_as_an_argument(world: World) -> None:
    answer = await post(world, "apps.connections.open", headers={}, data={"token": "xapp-sandbox"})

    assert answer["error"] == "invalid_auth"


async def test_bot_token_is_accepted_as_an_argument(world: World) -> None:
    assert (await post(world, "auth.test", headers={}, data={"token": "xoxb-sandbox"}))["ok"]


async def test_arguments_are_read_from_json_form_and_query(world: World) -> None:
    user = await world.user("ana")
    ways: list[dict[str, Any]] = [
        {"json": {"user": user, "team_id": "T1"}},
        {"data": {"user": user}},
        {"params": {"user": user}},
        {"data": _multipart(user)},
    ]

    found = [(await post(world, "users.info", **way))["user"]["id"] for way in ways]

    assert found == [user] * len(ways)


def _multipart(user: str) -> Any:
    form = aiohttp.FormData(default_to_multipart=True)
    form.add_field("user", user)
    return form


async def test_form_may_contain_json(world: World) -> None:
    blocks = json.dumps([{"type": "divider"}])
    channel = await world.dm("ana")

    answer = await post(world, "chat.postMessage", data={"channel": channel, "blocks": blocks})

    assert answer["message"]["blocks"][0]["type"] == "divider"


@pytest.mark.parametrize(("body", "error"), [("{", "invalid_json"), ("[]", "json_not_object")])
async def test_broken_json_is_named(world: World, body: str, error: str) -> None:
    headers = {**BEARER, "Content-Type": "application/json"}

    assert (await post(world, "auth.test", data=body, headers=headers))["error"] == error


async def test_broken_blocks_in_a_form_are_named(world: World) -> None:
    form = {"channel": await world.dm("ana"), "blocks": "[{"}

    assert (await post(world, "chat.postMessage", data=form))["error"] == "invalid_blocks_format"


async def test_a_missing_argument_is_named(world: World) -> None:
    answer = await post(world, "users.info")

    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"]["messages"] == ["[ERROR] missing required field: user"]


async def test_missing_scope_is_named(start: Start) -> None:
    world = await start(scopes=("chat:write",))

    with pytest.raises(SlackApiError) as refused:
        await world.slack.users_info(user="U1")

    assert refused.value.response["error"] == "missing_scope"
    assert refused.value.response["needed"] == "users:read"
    assert refused.value.response["provided"] == "chat:write"


async def test_other_tokens_can_be_chosen(start: Start) -> None:
    world = await start(bot_token="xoxb-mine")
    client = AsyncWebClient("xoxb-mine", base_url=f"{world.url}/api/", session=world.session)

    assert (await client.auth_test())["ok"]


async def test_calls_are_recorded_without_their_token(world: World) -> None:
    await post(world, "users.info", headers={}, data={"token": "xoxb-sandbox", "user": "U404"})

    calls = (await world.control("GET", "calls?method=users.info"))["calls"]
    assert [(c["arguments"], c["outcome"]) for c in calls] == [({"user": "U404"}, "user_not_found")]


async def test_api_test_echoes_its_arguments(world: World) -> None:
    assert (await world.slack.api_test(foo="bar"))["args"]["foo"] == "bar"


async def test_bots_info_finds_the_app(world: World) -> None:
    workspace = await world.control("GET", "workspace")

    bot = (await world.slack.bots_info(bot=workspace["app"]["bot_id"]))["bot"]

    assert (bot["user_id"], bot["app_id"]) == (
        workspace["app"]["bot_user_id"],
        workspace["app"]["id"],
    )


async def test_team_info_names_the_workspace(start: Start) -> None:
    world = await start(scopes=("team:read",))
    workspace = await world.control("GET", "workspace")

    assert (await world.slack.team_info())["team"]["id"] == workspace["team"]["id"]
