"""Commands, buttons and forms: from a person's action in the Slack sandbox to the answer."""

import asyncio
import json
import os
from datetime import timedelta

import pytest

from relai_core.domain.relay import RelayEnd
from relai_core.errors import UnavailableError
from tests.bot.bot_harness import BotHarness, Json, a_bot_harness, eventually
from tests.bot.people import a_person
from tests.bot.slack_actions import latest_message, press, press_latest, submit, top_view


async def test_a_new_task_is_answered_with_its_number(connected_harness: BotHarness) -> None:
    await connected_harness.type("ana", "/task new Renew the certificate @bo")

    assert "T-1" in (await connected_harness.reads("ana"))[-1]
    (task,) = connected_harness.store.tasks.values()
    assert task.owner == await connected_harness.id_of("bo")


async def test_task_without_a_worker_is_answered_as_saved(connected_harness: BotHarness) -> None:
    connected_harness.gateway.has_worker = False

    await connected_harness.type("ana", "/task new Renew the certificate")

    assert (await connected_harness.reads("ana"))[-1].startswith("Saved")


async def test_unsaved_text_is_given_back(connected_harness: BotHarness) -> None:
    connected_harness.gateway.failure = UnavailableError("Temporal")

    await connected_harness.type("ana", "/task new Renew <b>the</b> certificate")

    answer = "\n".join(await connected_harness.reads("ana"))
    assert "nothing was saved" in answer
    assert "/task new Renew" in answer


async def test_unexpected_error_is_answered_with_a_reference(
    connected_harness: BotHarness, caplog: pytest.LogCaptureFixture
) -> None:
    connected_harness.gateway.failure = ZeroDivisionError()

    delivery = await connected_harness.type("ana", "/task new Renew the certificate")

    answer = "\n".join(await connected_harness.reads("ana"))
    assert delivery["outcome"] == "ok"
    assert "Something went wrong" in answer
    assert "Renew the certificate" in answer


async def test_failing_button_is_still_answered(connected_harness: BotHarness) -> None:
    """An exception after `ack` would turn the acknowledgement into an error after three seconds."""
    await connected_harness.type("ana", "/task new Renew the certificate")
    await connected_harness.type("ana", "/task show T-1")
    connected_harness.gateway.failure = ZeroDivisionError()

    delivery = await press_latest(connected_harness, "ana", "task_complete")

    assert delivery["outcome"] == "ok"
    assert "Something went wrong" in (await connected_harness.reads("ana"))[-1]


async def test_late_answer_says_that_the_task_may_be_saved() -> None:
    async with (
        a_bot_harness(within=timedelta(milliseconds=50)) as harness,
        harness.over_socket() as socket,
    ):
        await eventually(socket.is_connected)
        harness.directory.get_user = never  # type: ignore[method-assign, assignment]
        delivery = await harness.type("ana", "/task new Renew the certificate")

        assert delivery["outcome"] == "ok"
        assert "may or may not have been saved" in "\n".join(await harness.reads("ana"))


async def never(*_: object) -> None:
    await asyncio.Event().wait()


async def test_a_guest_is_refused(connected_harness: BotHarness) -> None:
    guest = await connected_harness.id_of("gus")
    connected_harness.directory.users[guest] = a_person(guest).model_copy(update={"is_guest": True})

    await connected_harness.type("gus", "/task new Renew the certificate")

    assert "Only full members" in "\n".join(await connected_harness.reads("gus"))
    assert connected_harness.gateway.asked == []


async def test_complete_button_closes_the_task_and_shows_it(connected_harness: BotHarness) -> None:
    await connected_harness.type("ana", "/task new Renew the certificate")
    await connected_harness.type("ana", "/task show T-1")

    await press_latest(connected_harness, "ana", "task_complete")

    (task,) = connected_harness.store.tasks.values()
    assert not task.is_open
    assert "Done" in str((await latest_shown(connected_harness, "ana"))["blocks"])


async def latest_shown(harness: BotHarness, name: str) -> Json:
    await harness.background.drain(timedelta(seconds=2))
    return await latest_message(harness, name)


async def test_second_click_names_the_first_person(connected_harness: BotHarness) -> None:
    await connected_harness.type("ana", "/task new Renew the certificate")
    await connected_harness.type("ana", "/task show T-1")
    card = await latest_message(connected_harness, "ana")
    await connected_harness.type("ana", "/task done T-1")

    await press(connected_harness, "ana", card, "task_complete")

    assert "was already completed by you" in (await connected_harness.reads("ana"))[-1]


async def test_submitted_form_creates_a_task(connected_harness: BotHarness) -> None:
    await connected_harness.type("ana", "/task new")
    outcome = await submit(connected_harness, "ana", {"title": "Renew the certificate"})

    assert outcome["view_outcome"] == "closed"
    assert "T-1" in (await connected_harness.reads("ana"))[-1]


async def test_refused_form_stays_open_with_the_reason(connected_harness: BotHarness) -> None:
    await connected_harness.type("ana", "/task new")
    outcome = await submit(connected_harness, "ana", {"title": "Renew", "due": 1_000_000_000})

    assert outcome["view_outcome"] == "errors"
    assert outcome["errors"] == {"due": "The due date has already passed."}


async def test_unsaved_form_stays_open(connected_harness: BotHarness) -> None:
    await connected_harness.type("ana", "/task new")
    connected_harness.gateway.failure = UnavailableError("Temporal")
    outcome = await submit(connected_harness, "ana", {"title": "Renew"})

    assert outcome["view_outcome"] == "errors"
    assert "nothing was saved" in str(outcome["errors"])


async def test_expired_trigger_is_answered_with_the_command(connected_harness: BotHarness) -> None:
    await connected_harness.fail("views.open", "error", error="expired_trigger_id")

    await connected_harness.type("ana", "/task new")

    assert "/task new Renew" in "\n".join(await connected_harness.reads("ana"))


async def test_relay_is_sent_and_accepted(connected_harness: BotHarness) -> None:
    await connected_harness.type("ana", "/task new Renew the certificate")
    await connected_harness.type("ana", "/relay T-1 @bo the staging one first")
    await connected_harness.type("bo", "/task list")

    delivery = await press_latest(connected_harness, "bo", "relay_accept")

    (task,) = connected_harness.store.tasks.values()
    assert delivery["outcome"] == "ok"
    assert task.relay is not None
    assert task.relay.end is RelayEnd.ACCEPTED


async def test_hand_over_button_opens_a_form_that_hands_over(connected_harness: BotHarness) -> None:
    await connected_harness.type("ana", "/task new Renew the certificate")
    await connected_harness.type("ana", "/task show T-1")
    await press_latest(connected_harness, "ana", "task_hand_over")
    bo = await connected_harness.id_of("bo")
    (task,) = connected_harness.store.tasks.values()

    outcome = await submit(
        connected_harness,
        "ana",
        {"task": task.id, "receiver": bo, "mode": "handshake", "note": "hi"},
    )

    (task,) = connected_harness.store.tasks.values()
    assert outcome["view_outcome"] == "closed"
    assert task.relay is not None
    assert (task.relay.to_user, task.relay.note) == (bo, "hi")
    assert "You still own it" in (await connected_harness.reads("ana"))[-1]


async def test_form_refuses_a_deactivated_receiver(connected_harness: BotHarness) -> None:
    await connected_harness.type("ana", "/task new Renew the certificate")
    dan = await connected_harness.id_of("dan")
    connected_harness.directory.users[dan] = a_person(dan).model_copy(update={"deleted": True})
    await connected_harness.type("ana", "/relay T-1")
    (task,) = connected_harness.store.tasks.values()

    outcome = await submit(
        connected_harness, "ana", {"task": task.id, "receiver": dan, "mode": "direct"}
    )

    assert list(outcome["errors"]) == ["receiver"]
    assert "has been deactivated" in outcome["errors"]["receiver"]


async def test_form_opens_in_the_typed_mode(connected_harness: BotHarness) -> None:
    await connected_harness.type("ana", "/task new Renew the certificate")

    await connected_harness.type("ana", "/relay T-1 --handshake")

    view = await top_view(connected_harness, "ana")
    mode = next(block for block in view["blocks"] if block.get("block_id") == "mode")
    assert mode["element"]["initial_option"]["value"] == "handshake"


async def test_a_decline_asks_for_the_reason_and_gives_the_task_back(
    connected_harness: BotHarness,
) -> None:
    await connected_harness.type("ana", "/task new Renew the certificate")
    await connected_harness.type("ana", "/relay T-1 @bo")
    (task,) = connected_harness.store.tasks.values()
    assert task.relay is not None
    await click_decline(connected_harness, task.relay.id)

    outcome = await submit(connected_harness, "bo", {"reason": "on leave"})

    (task,) = connected_harness.store.tasks.values()
    assert outcome["view_outcome"] == "closed"
    assert task.owner == await connected_harness.id_of("ana")
    assert task.relay is not None
    assert task.relay.reason == "on leave"


async def test_declining_an_ended_offer_opens_no_form(connected_harness: BotHarness) -> None:
    await connected_harness.type("ana", "/task new Renew the certificate")
    await connected_harness.type("ana", "/relay T-1 @bo")
    await press_latest(connected_harness, "ana", "relay_take_back")
    (task,) = connected_harness.store.tasks.values()
    assert task.relay is not None

    await click_decline(connected_harness, task.relay.id)

    assert "was taken back" in (await connected_harness.reads("bo"))[-1]
    assert await connected_harness.calls("views.open") == []


async def click_decline(harness: BotHarness, relay_id: str) -> None:
    """Press Decline… as Bo on an offer like the worker's."""
    bo = await harness.id_of("bo")
    dm = (await harness.client.conversations_open(users=bo))["channel"]["id"]
    button = {
        "type": "button",
        "text": {"type": "plain_text", "text": "Decline…"},
        "action_id": "relay_decline",
        "value": relay_id,
    }
    offer = await harness.client.chat_postMessage(
        channel=dm, text="An offer", blocks=[{"type": "actions", "elements": [button]}]
    )
    await press(harness, "bo", {"channel": dm, "ts": offer["ts"]}, "relay_decline")


async def test_sender_takes_back_by_the_button_of_the_answer(connected_harness: BotHarness) -> None:
    await connected_harness.type("ana", "/task new Renew the certificate")
    await connected_harness.type("ana", "/relay T-1 @bo")

    await press_latest(connected_harness, "ana", "relay_take_back")

    (task,) = connected_harness.store.tasks.values()
    assert task.owner == await connected_harness.id_of("ana")
    assert "relay_take_back" not in str((await latest_shown(connected_harness, "ana"))["blocks"])


async def test_failed_response_url_is_replaced_by_a_message(connected_harness: BotHarness) -> None:
    await connected_harness.type("ana", "/task new Renew the certificate")
    await connected_harness.type("ana", "/task show T-1")
    card = await latest_message(connected_harness, "ana")
    await connected_harness.type("ana", "/task done T-1")
    await connected_harness.fail("response_url", "server_error")

    await press(connected_harness, "ana", card, "task_complete")

    assert "was already completed" in (await connected_harness.reads("ana"))[-1]


async def test_answer_with_a_lost_response_is_not_repeated(connected_harness: BotHarness) -> None:
    await connected_harness.type("ana", "/task new Renew the certificate")
    await connected_harness.type("ana", "/task show T-1")
    card = await latest_message(connected_harness, "ana")
    await connected_harness.type("ana", "/task done T-1")
    await connected_harness.fail("response_url", "lost_after")

    await press(connected_harness, "ana", card, "task_complete")

    said = [
        text for text in await connected_harness.reads("ana") if "was already completed" in text
    ]
    assert len(said) == 1


@pytest.mark.parametrize("by_button", [False, True], ids=["command", "button"])
async def test_url_in_a_title_is_not_linked_in_a_refusal(
    connected_harness: BotHarness, by_button: bool
) -> None:
    """Slack links any URL in a text without blocks, or without `verbatim`."""
    await connected_harness.type("ana", "/task new Pay at https://bank.example")
    await connected_harness.type("ana", "/task show T-1")
    card = await latest_message(connected_harness, "ana")
    await connected_harness.type("ana", "/task done T-1")

    if by_button:
        await press(connected_harness, "ana", card, "task_complete")
    else:
        await connected_harness.type("ana", "/task done T-1")

    shown = await latest_shown(connected_harness, "ana")
    assert "https://bank.example" in shown["text"]
    assert [(block["text"]["text"], block["text"]["verbatim"]) for block in shown["blocks"]] == [
        (shown["text"], True)
    ]


async def test_links_in_answers_do_not_unfurl(connected_harness: BotHarness) -> None:
    await connected_harness.type("ana", "/task new Look at https://bank.example")
    await connected_harness.type("ana", "/task show T-1")
    card = await latest_message(connected_harness, "ana")
    await connected_harness.type("ana", "/task done T-1")
    await press(connected_harness, "ana", card, "task_complete")
    await connected_harness.fail("response_url", "server_error")
    await connected_harness.fail("chat.postEphemeral", "error", error="user_not_in_channel")
    await press(connected_harness, "ana", card, "task_complete")
    await connected_harness.reads("ana")

    beside, in_dm = [
        (await connected_harness.calls(way))[0]["arguments"]
        for way in ("response_url", "chat.postMessage")
    ]
    for sent in (json.loads(beside["body"]), in_dm):
        assert [str(sent[name]) for name in ("unfurl_links", "unfurl_media")] == ["False"] * 2


async def test_an_unknown_button_is_answered(connected_harness: BotHarness) -> None:
    await connected_harness.type("ana", "/task new Renew the certificate")
    message = await latest_message(connected_harness, "ana")

    delivery = await connected_harness.control(
        "POST",
        "actions",
        user=await connected_harness.id_of("ana"),
        channel=message["channel"],
        ts=message["ts"],
        action_id="of_an_older_version",
        force=True,
    )

    assert delivery["outcome"] == "ok"
    assert "does not know this button" in (await connected_harness.reads("ana"))[-1]


async def test_an_unknown_command_is_answered(connected_harness: BotHarness) -> None:
    delivery = await connected_harness.type("ana", "/handover everything")

    assert delivery["outcome"] == "ok"
    assert "does not know" in "\n".join(await connected_harness.reads("ana"))


async def test_joining_member_is_welcomed_after_an_outage() -> None:
    """An event acknowledged before the work would be lost if the work fails."""
    soon = timedelta(milliseconds=300)
    async with (
        a_bot_harness(ack_within=soon, event_retry_delays=(timedelta(0), soon)) as harness,
        harness.over_socket() as socket,
    ):
        await eventually(socket.is_connected)
        harness.gateway.failure = UnavailableError("Temporal")
        await harness.control("POST", "people", name="dee", real_name="Dee New", announce=True)
        await eventually(lambda: is_redelivered(harness))
        harness.gateway.failure = None

        async def welcomed() -> bool:
            return len(harness.gateway.onboarded) > 0

        await eventually(welcomed)


async def is_redelivered(harness: BotHarness) -> bool:
    return len(await harness.deliveries("event")) > 1


async def test_commands_make_no_auth_test_calls(connected_harness: BotHarness) -> None:
    await asyncio.gather(*(connected_harness.type("ana", "/task list") for _ in range(200)))

    assert await connected_harness.calls("auth.test") == []


async def test_oauth_settings_in_the_environment_are_ignored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "secret")
    async with a_bot_harness() as harness, harness.over_socket() as socket:
        await eventually(socket.is_connected)

        await harness.type("ana", "/task new Renew the certificate")

        assert "T-1" in (await harness.reads("ana"))[-1]
        assert "SLACK_CLIENT_ID" not in os.environ
