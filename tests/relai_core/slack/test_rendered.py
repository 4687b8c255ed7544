"""Rendered notices and modals pass the sandbox's own table of Slack's rules."""

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from devstack.slack_sandbox.view_rules import view_problems
from relai_core.blockkit import relays, tasks
from relai_core.blockkit.elements import Element
from relai_core.blockkit.notices import notice_message
from relai_core.domain.ids import NoticeKey, SlackUserId
from relai_core.domain.notice import NoticeKind
from relai_core.domain.relay import RelayEnd, RelayMode
from relai_core.slack.messenger import SlackMessenger
from tests.devstack.slack_sandbox.world import World
from tests.relai_core.blockkit.builders import (
    ANA,
    NOW,
    RELAY_ID,
    TASK_ID,
    a_notice,
    a_relay,
    a_task,
    a_task_with,
    an_ended_relay,
)


@pytest.mark.parametrize("kind", NoticeKind)
async def test_sandbox_accepts_every_notice(
    world: World, client: AsyncWebClient, kind: NoticeKind
) -> None:
    relay = an_ended_relay(RelayEnd.UNANSWERED) if kind == "relay_ended" else a_relay(note="a & b")
    task = a_task_with(relay, description="<!channel> & more", progress=40)
    notice = a_notice(kind, ANA)
    messenger = SlackMessenger(client)
    channel = await messenger.open_dm(SlackUserId(await world.user("ana")))

    await messenger.post(
        channel, notice_message(notice, task, relay, now=NOW), NoticeKey(notice.key)
    )

    assert len(await world.seen_by("ana")) == 1


@pytest.mark.parametrize(
    "view",
    [
        pytest.param(tasks.task_form(), id="an empty task form"),
        pytest.param(tasks.task_form(title="x", owner=ANA, due_at=NOW), id="a filled task form"),
        pytest.param(
            relays.relay_form([a_task()], task_id=TASK_ID, note="n", mode=RelayMode.DIRECT),
            id="a relay form",
        ),
        pytest.param(relays.relay_form([], mode=RelayMode.DIRECT), id="nothing to hand over"),
        pytest.param(relays.decline_form(RELAY_ID, "Renew"), id="a decline"),
    ],
)
def test_sandbox_accepts_every_modal(view: Element) -> None:
    assert view_problems(view, "modal") == []
