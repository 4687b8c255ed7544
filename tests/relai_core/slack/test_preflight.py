"""The check of the installation: what it returns, and what it refuses."""

from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from devstack.slack_sandbox.options import DEFAULT_SCOPES, Options
from relai_core.clock import utc_now
from relai_core.errors import MessengerError
from relai_core.settings import SettingsError
from relai_core.slack import preflight
from relai_core.slack.client import create_client, create_session
from relai_core.slack.preflight import check_installation
from tests.devstack.slack_sandbox.world import World, start_world
from tests.relai_core.slack.faults import fault


async def test_a_sound_installation_is_described(world: World, client: AsyncWebClient) -> None:
    workspace = await world.control("GET", "workspace")

    installation = await check_installation(client, "xapp-sandbox")

    app = workspace["app"]
    assert installation.team_id == workspace["team"]["id"]
    assert (installation.bot_id, installation.bot_user_id) == (app["bot_id"], app["bot_user_id"])


async def test_a_wrong_bot_token_is_named(world: World) -> None:
    async with create_session() as session:
        client = create_client("xoxb-wrong", f"{world.url}/api/", session)

        with pytest.raises(SettingsError, match=r"SLACK_BOT_TOKEN \(invalid_auth\)"):
            await check_installation(client, None)


async def test_a_wrong_app_token_is_named(client: AsyncWebClient) -> None:
    with pytest.raises(SettingsError, match=r"SLACK_APP_TOKEN \(invalid_auth\)"):
        await check_installation(client, "xapp-wrong")


async def test_without_an_app_token_no_socket_is_asked_for(
    world: World, client: AsyncWebClient
) -> None:
    await check_installation(client, None)

    assert (await world.control("GET", "calls?method=apps.connections.open"))["calls"] == []


async def test_a_token_is_good_until_slack_refuses_it(world: World, client: AsyncWebClient) -> None:
    await check_installation(client)
    await fault(world, "auth.test", "error", error="token_revoked")

    with pytest.raises(SettingsError, match="token_revoked"):
        await check_installation(client)


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(0), timedelta(hours=-1)])
async def test_clocks_are_compared(
    client: AsyncWebClient, monkeypatch: pytest.MonkeyPatch, ahead: timedelta
) -> None:
    monkeypatch.setattr(preflight, "utc_now", lambda: utc_now() + ahead)

    found = (await check_installation(client)).clock_ahead

    assert abs(found - ahead) < timedelta(seconds=3)


async def test_a_missing_scope_is_named() -> None:
    scopes = tuple(scope for scope in DEFAULT_SCOPES if scope != "dnd:read")
    async with AsyncExitStack() as closing:
        world = await start_world(closing, Options(scopes=scopes))
        session = await closing.enter_async_context(create_session())
        client = create_client("xoxb-sandbox", f"{world.url}/api/", session)

        with pytest.raises(SettingsError, match="lacks the scopes dnd:read"):
            await check_installation(client, None)


async def test_slack_that_is_down_breaks_no_installation(
    world: World, client: AsyncWebClient
) -> None:
    await fault(world, "auth.test", "server_error")

    with pytest.raises(MessengerError):
        await check_installation(client, None)
