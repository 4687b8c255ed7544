"""Slack's requests over HTTP: only genuine ones come in, and none is lost on the way."""

import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator
from io import BytesIO
from urllib.parse import urlencode

import aiohttp
import pytest
from structlog.testing import capture_logs

from bot.api.checks import DegradedError
from bot.server import Server, SlackRoute
from tests.bot.bot_harness import SECRET, BotHarness, Json
from tests.bot.slack_actions import submit

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Sender:
    """Sends requests to the bot as Slack does, or as somebody else might."""

    def __init__(self, url: str, http: aiohttp.ClientSession) -> None:
        self._url = url
        self._http = http

    async def send(
        self,
        body: bytes,
        *,
        stamp: str | None = None,
        secret: str = SECRET,
        headers: dict[str, str] = FORM,
    ) -> tuple[int, str]:
        stamp = str(int(time.time())) if stamp is None else stamp
        signed = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
        signature = {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": f"v0={signed.hexdigest()}",
        }
        return await self.send_as_it_is(body, headers | signature)

    async def send_as_it_is(self, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        async with self._http.post(self._url, data=BytesIO(body), headers=headers) as response:
            return response.status, await response.text()


@pytest.fixture
async def slack(harness: BotHarness) -> AsyncIterator[Sender]:
    async with harness.over_http() as url, aiohttp.ClientSession() as http:
        yield Sender(url, http)


async def test_wrong_signing_secret_is_named_until_a_signature_is_right() -> None:
    route = SlackRoute(SECRET)
    server = Server(route.routes())
    port = await server.start("127.0.0.1", 0)
    async with aiohttp.ClientSession() as http:
        slack = Sender(f"http://127.0.0.1:{port}/slack/events", http)
        assert await route.is_trusted()
        await slack.send(b"a=1", secret="another")
        with pytest.raises(DegradedError, match="SLACK_SIGNING_SECRET"):
            await route.is_trusted()

        await slack.send(b"a=1")
        await slack.send(b"a=1", secret="another")
        assert await route.is_trusted()
    await server.stop()


async def test_a_command_with_the_word_payload_arrives(harness: BotHarness) -> None:
    async with harness.over_http():
        delivery = await harness.type("ana", "/task new Fix the payload parser")

    assert delivery["outcome"] == "ok"
    assert [task.title for task in harness.store.tasks.values()] == ["Fix the payload parser"]


async def test_a_button_works_over_http(harness: BotHarness) -> None:
    async with harness.over_http():
        await harness.type("ana", "/task new Renew the certificate")
        await harness.type("ana", "/task show T-1")
        (task,) = harness.store.tasks.values()
        seen = await harness.control("GET", f"messages?user={await harness.id_of('ana')}")
        card = seen["messages"][-1]
        await harness.control(
            "POST",
            "actions",
            user=await harness.id_of("ana"),
            channel=card["channel"],
            ts=card["ts"],
            action_id="task_complete",
        )

    assert not harness.store.tasks[task.id].is_open


async def test_a_forged_request_is_refused(slack: Sender) -> None:
    assert await slack.send(b"command=%2Ftask", secret="guessed") == (
        401,
        '{"error": "not_signed_by_slack"}',
    )


async def test_an_unsigned_request_is_refused(slack: Sender) -> None:
    status, _ = await slack.send_as_it_is(b"command=%2Ftask", FORM)

    assert status == 401


@pytest.mark.parametrize("age", [-360, 360], ids=["from the future", "old"])
async def test_a_request_of_another_time_is_refused(slack: Sender, age: int) -> None:
    status, _ = await slack.send(b"command=%2Ftask", stamp=str(int(time.time()) - age))

    assert status == 401


@pytest.mark.parametrize("stamp", ["abc", "", "1e9", "²", "-1", "9" * 30, "9" * 5000])
async def test_a_timestamp_that_is_none_is_refused(slack: Sender, stamp: str) -> None:
    signature = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": "v0=0"}

    status, _ = await slack.send_as_it_is(b"command=%2Ftask", FORM | signature)

    assert status == 401


async def test_a_signature_of_strange_letters_is_refused(slack: Sender) -> None:
    signature = {"X-Slack-Request-Timestamp": str(int(time.time())), "X-Slack-Signature": "v0=é"}

    status, _ = await slack.send_as_it_is(b"command=%2Ftask", FORM | signature)

    assert status == 401


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"{", "application/json"),
        (b"[]", "application/json"),
        (b"\xff\xfe", "application/json"),
        (b"[" * 100_000, "application/json"),
        (b"payload=%7B", "application/x-www-form-urlencoded"),
        (b"payload=1", "application/x-www-form-urlencoded"),
    ],
)
async def test_a_malformed_body_is_refused(slack: Sender, body: bytes, content_type: str) -> None:
    answer = await slack.send(body, headers={"Content-Type": content_type})

    assert answer == (400, '{"error": "malformed_body"}')


async def test_a_body_without_bounds_is_refused(slack: Sender) -> None:
    status, _ = await slack.send(b"x" * (1024 * 1024 + 1))

    assert status == 413


async def test_slack_finds_out_that_the_address_is_ours(slack: Sender) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "c"}).encode()

    answer = await slack.send(body, headers={"Content-Type": "application/json"})

    assert answer == (200, '{"challenge": "c"}')


async def test_slack_may_check_the_certificate_without_a_signature(slack: Sender) -> None:
    status, _ = await slack.send_as_it_is(b"ssl_check=1&token=x", FORM)

    assert status == 200


async def test_a_long_body_without_a_signature_is_not_read(slack: Sender) -> None:
    """To read the fields of a mebibyte would hold up everybody else for a second."""
    status, _ = await slack.send_as_it_is(b"ssl_check=1" + b"&%41=" * 200_000, FORM)

    assert status == 401


async def test_a_replayed_command_is_the_same_task(harness: BotHarness, slack: Sender) -> None:
    body = urlencode(await a_command(harness, "new Renew the certificate")).encode()

    first = await slack.send(body)
    second = await slack.send(body)

    assert first == second
    assert first[0] == 200
    assert len(harness.store.tasks) == 1


async def test_another_workspace_is_told_that_it_is_not_served(
    harness: BotHarness, slack: Sender
) -> None:
    command = await a_command(harness, "new Renew the certificate")
    elsewhere = {**command, "team_id": "T0THER", "response_url": ""}

    status, answer = await slack.send(urlencode(elsewhere).encode())

    assert status == 200
    assert "not installed in your workspace" in answer
    assert harness.gateway.asked == []


async def test_a_form_that_names_two_workspaces_reaches_neither(
    harness: BotHarness, slack: Sender
) -> None:
    """What belongs to it would be read from one place, and whether it is ours from another."""
    await harness.type("ana", "/task new")
    await submit(harness, "ana", {"title": "Renew the certificate"})
    (sent,) = await harness.deliveries("interactive")
    ours = sent["payload"]["team"]["id"]
    two = sent["payload"] | {"team_id": ours, "team": {"id": "T0THER"}}

    with capture_logs() as logs:
        status, _ = await slack.send(urlencode({"payload": json.dumps(two)}).encode())

    assert status == 200
    assert [task.team_id for task in harness.gateway.created] == [ours]
    assert "another_workspace_refused" in [line["event"] for line in logs]


@pytest.mark.parametrize(
    "payload",
    [{}, {"type": "block_actions"}, {"command": "/task"}, {"type": "event_callback", "event": {}}],
)
async def test_a_payload_that_makes_no_sense_is_no_crash(
    harness: BotHarness, slack: Sender, payload: Json
) -> None:
    payload |= {"team_id": (await harness.control("GET", "workspace"))["team"]["id"]}

    status, body = await slack.send(
        json.dumps(payload).encode(), headers={"Content-Type": "application/json"}
    )

    assert status < 500
    assert "Traceback" not in body


async def a_command(harness: BotHarness, text: str) -> Json:
    """A command's form as Slack sends it."""
    team = (await harness.control("GET", "workspace"))["team"]
    return {
        "command": "/task",
        "text": text,
        "team_id": team["id"],
        "user_id": await harness.id_of("ana"),
        "channel_id": "D1",
        "trigger_id": "1.2.3",
        "response_url": f"{harness.url}/commands/none",
    }
