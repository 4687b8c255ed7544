"""No secret is written where it does not belong: not to logs, histories, answers or figures."""

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

import aiohttp
import pytest
from temporalio.client import Client

from devstack.slack_server import CREDENTIALS
from tests.scenarios.api import Api
from tests.scenarios.people import Workspace, answer_of, number_in
from tests.scenarios.stack import RelaiStack

TEXT = "Kirschkuchen"
"""People's words, which only Slack and the store may hold: Temporal keeps them encrypted."""
KEY = base64.b64encode(b"a key of thirty-two bytes for it").decode()


@pytest.fixture(scope="module")
def settings() -> Mapping[str, str]:
    return {"RELAI_PAYLOAD_KEYS": KEY, "RELAI_LOG_FORMAT": "json"}


async def test_secrets_and_words_stay_where_they_belong(
    relai: RelaiStack, workspace: Workspace, api: Api, session: aiohttp.ClientSession
) -> None:
    """Commands, hand-overs, refusals, failures and a restart; then everything is searched."""
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    number = number_in(answer_of(await ana.types(f"/task new {TEXT} one @{bo.name}")))
    card = await bo.sees(number, "Hand over")
    await bo.types(f"/relay @{ana.name} {number} {TEXT} note --handshake")
    offer = await ana.sees(number, "Accept")
    await ana.presses(offer, "Decline")
    await ana.submits(await ana.modal(), reason=f"{TEXT} reason")
    await api.post("/api/tasks", {"title": f"{TEXT} two", "assignedTo": bo.id}, key="secret-test")
    await api.post("/api/tasks", {"title": f"{TEXT}\n", "assignedTo": bo.id})
    await Api(session, relai.bot_url, "relai_wrong_token").get("/api/tasks")
    await bo.presses(card, "Mark complete", value="nonsense", force=True)
    await workspace.fault("*", "error", error="token_revoked", times=3)
    await ana.types(f"/task new {TEXT} three")
    await workspace.clear_faults()
    await relai.worker.kill()
    await relai.worker.start()
    await bo.sees("two", "Mark complete")

    written = {name: (relai.logs / name).read_text() for name in ("bot.log", "worker.log")}
    for path in ("/metrics", "/health"):
        written[path] = await _page(session, f"{relai.bot_url}{path}")
    written["histories"] = await _histories(relai)

    for name, text in written.items():
        for secret in (*_secrets(relai), TEXT):
            assert secret not in text, f"{secret!r} in {name}"


def _secrets(relai: RelaiStack) -> Iterator[str]:
    yield from (relai.api_token, relai.read_token, "relai_wrong_token", KEY)
    yield from CREDENTIALS.values()


async def _page(session: aiohttp.ClientSession, url: str) -> str:
    async with session.get(url) as answer:
        return await answer.text()


async def _histories(relai: RelaiStack) -> str:
    """Everything that Temporal keeps of the stack, and what its payloads say when decoded."""
    client = await Client.connect(relai.temporal.address)
    found = []
    async for each in client.list_workflows(f"TaskQueue = '{relai.database}'"):
        history = await client.get_workflow_handle(each.id, run_id=each.run_id).fetch_history()
        found.append(history.to_json_dict())
    assert found
    return json.dumps(found) + "".join(_decoded(found))


def _decoded(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        data = node.get("data")
        if isinstance(data, str):
            yield base64.b64decode(data + "==").decode(errors="replace")
        for value in node.values():
            yield from _decoded(value)
    if isinstance(node, list):
        for value in node:
            yield from _decoded(value)
