"""Refusals and failures tell no secret, and people's text is not logged.

`tests/storms` searches all else that is written, under faults and with logs in JSON. Here logs are
in the format for people, which shows errors in another way.
"""

import aiohttp
import pytest

from devstack.slack_server import CREDENTIALS
from tests.scenarios.api import Api
from tests.scenarios.marks import OVER_HTTP
from tests.scenarios.people import Workspace
from tests.scenarios.stack import RelaiStack
from tests.storms import secret_search as writings
from tests.storms.secret_search import ANSWERS, WORDS, Writing, find_leaks

pytestmark = [pytest.mark.harmful, OVER_HTTP]

TEXT = WORDS[0]
WRONG_TOKEN = "relai_wrong_token"


async def test_failures_leak_no_secret_and_no_text(
    relai: RelaiStack, workspace: Workspace, api: Api, session: aiohttp.ClientSession
) -> None:
    """Commands, hand-overs, failures of Slack, and a restart; then logs and pages are searched."""
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    number = await ana.creates(f"{TEXT} one", bo)
    card = await bo.sees(number, "Hand over")
    await bo.types(f"/relay @{ana.name} {number} {TEXT} note --handshake")
    offer = await ana.sees(number, "Accept")
    await ana.presses(offer, "Decline")
    await ana.submits(await ana.modal(), reason=f"{TEXT} reason")
    await bo.presses(card, "Mark complete", value="nonsense", force=True)
    await workspace.fault("*", "error", error="token_revoked", times=3)
    await ana.types_once(f"/task new {TEXT} two")
    await workspace.clear_faults()
    await relai.worker.kill()
    await relai.worker.start()
    await api.post("/api/tasks", {"title": f"{TEXT} three", "assignedTo": bo.id})
    await bo.sees("three", "Mark complete")

    assert await _leaks(relai, session) == []


async def test_refusals_leak_no_secret_and_no_text(
    relai: RelaiStack, api: Api, session: aiohttp.ClientSession
) -> None:
    """A wrong token, one that may only read, one in a query, a body that makes no sense."""
    stranger, reader = [
        Api(session, relai.bot_url, token) for token in (WRONG_TOKEN, relai.read_token)
    ]
    answers = [
        await stranger.get("/api/tasks"),
        await reader.post("/api/tasks", {"title": TEXT, "assignedTo": "U1"}),
        await api.get("/api/tasks", token=relai.api_token),
        await api.post("/api/tasks", {"title": f"{TEXT}\n", "assignedTo": TEXT}),
        await api.get(f"/api/tasks/{TEXT}"),
    ]

    assert [answer.status for answer in answers] == [401, 403, 422, 422, 404]
    told = [
        Writing(ANSWERS, str(each.status), str((each.headers, each.json)), may_quote=True)
        for each in answers
    ]
    assert await _leaks(relai, session, *told) == []


async def _leaks(
    relai: RelaiStack, session: aiohttp.ClientSession, *told: Writing
) -> list[dict[str, str]]:
    pages = {page: f"{relai.bot_url}/{page}" for page in ("metrics", "health")}
    written = [
        *told,
        *writings.logs(relai.logs, is_encrypted=False),
        *await writings.pages(session, pages),
    ]
    assert {"log of bot", "log of worker"} <= {each.place for each in written}
    named = {
        **CREDENTIALS,
        "a token that writes": relai.api_token,
        "a token that reads": relai.read_token,
        "a wrong token": WRONG_TOKEN,
    }
    return find_leaks(written, {name: secret.encode() for name, secret in named.items()})
