"""Error classes for the failures of Slack."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from relai_core.domain.ids import ChannelId, MessageTs, NoticeKey
from relai_core.errors import (
    AmbiguousDeliveryError,
    InstallationBrokenError,
    MessengerError,
    MissingScopeError,
    RateLimitedError,
    RejectedMessageError,
    TransientMessengerError,
    UndeliverableError,
)
from relai_core.ports import Message
from relai_core.slack.client import create_client, create_session
from relai_core.slack.errors import DEFAULT_WAIT, MESSAGE_LIMIT_WAIT
from relai_core.slack.messenger import SlackMessenger
from tests.devstack.slack_sandbox.world import World
from tests.relai_core.slack.faults import fault

CODES = {
    "user_not_found": UndeliverableError,
    "user_not_visible": UndeliverableError,
    "invalid_user_combination": UndeliverableError,
    "cannot_dm_bot": UndeliverableError,
    "method_not_supported_for_channel_type": UndeliverableError,
    "user_disabled": UndeliverableError,
    "channel_not_found": UndeliverableError,
    "not_in_channel": UndeliverableError,
    "is_archived": UndeliverableError,
    "restricted_action": UndeliverableError,
    "restricted_action_read_only_channel": UndeliverableError,
    "no_permission": UndeliverableError,
    "ekm_access_denied": UndeliverableError,
    "messages_tab_disabled": UndeliverableError,
    "cannot_reply_to_message": UndeliverableError,
    "invalid_auth": InstallationBrokenError,
    "not_authed": InstallationBrokenError,
    "account_inactive": InstallationBrokenError,
    "token_revoked": InstallationBrokenError,
    "token_expired": InstallationBrokenError,
    "team_access_not_granted": InstallationBrokenError,
    "missing_scope": MissingScopeError,
    "not_allowed_token_type": InstallationBrokenError,
    "invalid_blocks": RejectedMessageError,
    "invalid_blocks_format": RejectedMessageError,
    "msg_blocks_too_long": RejectedMessageError,
    "msg_too_long": RejectedMessageError,
    "no_text": RejectedMessageError,
    "metadata_too_large": RejectedMessageError,
    "markdown_text_conflict": RejectedMessageError,
    "invalid_arguments": RejectedMessageError,
    "a_code_of_next_year": RejectedMessageError,
    "ratelimited": RateLimitedError,
    "rate_limited": RateLimitedError,
    "message_limit_exceeded": RateLimitedError,
    "service_unavailable": TransientMessengerError,
    "request_timeout": TransientMessengerError,
    "accesslimited": TransientMessengerError,
    "team_added_to_org": TransientMessengerError,
    "org_login_required": TransientMessengerError,
    "fatal_error": AmbiguousDeliveryError,
    "internal_error": AmbiguousDeliveryError,
}


async def post(client: AsyncWebClient) -> None:
    await SlackMessenger(client).post(ChannelId("D1"), Message("x", []), NoticeKey("key"))


@pytest.mark.parametrize(("code", "expected"), CODES.items())
async def test_each_error_code_maps_to_its_class(
    world: World, client: AsyncWebClient, code: str, expected: type[MessengerError]
) -> None:
    await fault(world, "chat.postMessage", "error", error=code)

    with pytest.raises(MessengerError) as failure:
        await post(client)

    assert type(failure.value) is expected
    assert failure.value.code == code


async def test_lost_answer_to_an_update_is_not_ambiguous(
    world: World, client: AsyncWebClient
) -> None:
    await fault(world, "chat.update", "lost_after")

    with pytest.raises(TransientMessengerError):
        await SlackMessenger(client).update(ChannelId("D1"), MessageTs("1.1"), Message("x", []))


@asynccontextmanager
async def answering(answer: web.Response) -> AsyncIterator[tuple[AsyncWebClient, list[str]]]:
    """Serve one answer that the sandbox does not give; yield a client and the calls made."""
    calls: list[str] = []

    async def on_call(request: web.Request) -> web.Response:
        calls.append(request.path)
        return answer

    application = web.Application()
    application.router.add_post("/api/{method}", on_call)
    runner = web.AppRunner(application)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        async with create_session() as session:
            yield create_client("xoxb-1", f"http://{host}:{port}/api/", session), calls
    finally:
        await runner.cleanup()


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(lambda: web.Response(status=500, text="oops"), id="500"),
        pytest.param(lambda: web.Response(status=502, text="<html>"), id="502"),
        pytest.param(lambda: web.json_response({"ok": False, "error": "x"}, status=503), id="503"),
        pytest.param(lambda: web.Response(text="welcome to the hotel"), id="text"),
        pytest.param(lambda: _body("text/html", "<html>"), id="html"),
        pytest.param(lambda: _body("application/json", "{"), id="broken"),
        pytest.param(lambda: _body("application/json", "[1]"), id="a list"),
    ],
)
async def test_malformed_answer_is_ambiguous(answer: Callable[[], web.Response]) -> None:
    async with answering(answer()) as (client, calls):
        with pytest.raises(AmbiguousDeliveryError):
            await post(client)

    assert len(calls) == 1


def _body(content_type: str, text: str) -> web.Response:
    return web.Response(content_type=content_type, text=text)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ({"Retry-After": "30"}, timedelta(seconds=30)),
        ({"Retry-After": "soon"}, DEFAULT_WAIT),
        ({"Retry-After": "-5"}, DEFAULT_WAIT),
        ({"Retry-After": "0"}, DEFAULT_WAIT),
        ({}, DEFAULT_WAIT),
    ],
)
async def test_retry_after_is_read_or_one_second(header: dict[str, str], wait: timedelta) -> None:
    answer = web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=header)
    async with answering(answer) as (client, _):
        with pytest.raises(RateLimitedError) as limited:
            await post(client)

    assert limited.value.retry_after == wait


async def test_plain_text_429_is_a_rate_limit() -> None:
    async with answering(web.Response(status=429, text="slow down")) as (client, _):
        with pytest.raises(RateLimitedError):
            await post(client)


async def test_refused_connection_is_not_ambiguous() -> None:
    async with answering(web.Response()) as (client, _):
        address = client.base_url
    async with create_session() as session:
        with pytest.raises(TransientMessengerError, match="not_connected"):
            await post(create_client("xoxb-1", address, session))


async def test_message_limit_has_a_long_wait() -> None:
    answer = web.json_response({"ok": False, "error": "message_limit_exceeded"})
    async with answering(answer) as (client, _):
        with pytest.raises(RateLimitedError) as limited:
            await post(client)

    assert limited.value.retry_after == MESSAGE_LIMIT_WAIT
