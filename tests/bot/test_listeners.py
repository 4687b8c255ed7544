"""From what people do in Slack to what they read, through the sandbox and over the socket."""

import asyncio
import json
import os
from datetime import timedelta

import pytest

from relai_core.domain.relay import RelayEnd
from relai_core.errors import UnavailableError
from tests.bot.gestures import latest_message, press, submit, top_view
from tests.bot.office import Json, Office, an_office, eventually
from tests.bot.people import a_person


async def test_a_new_task_is_answered_with_its_number(open_office: Office) -> None:
    await open_office.type("ana", "/task new Renew the certificate @bo")

    assert "T-1" in (await open_office.reads("ana"))[-1]
    (task,) = open_office.store.tasks.values()
    assert task.owner == await open_office.id_of("bo")


async def test_without_a_worker_the_person_hears_that_it_is_saved(open_office: Office) -> None:
    open_office.gateway.has_worker = False

    await open_office.type("ana", "/task new Renew the certificate")

    assert (await open_office.reads("ana"))[-1].startswith("Saved")


async def test_what_was_not_saved_is_given_back(open_office: Office) -> None:
    open_office.gateway.failure = UnavailableError("Temporal")

    await open_office.type("ana", "/task new Renew <b>the</b> certificate")

    answer = "\n".join(await open_office.reads("ana"))
    assert "nothing was saved" in answer
    assert "/task new Renew" in answer


async def test_an_unforeseen_failure_is_answered_with_a_reference(
    open_office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    open_office.gateway.failure = ZeroDivisionError()

    delivery = await open_office.type("ana", "/task new Renew the certificate")

    answer = "\n".join(await open_office.reads("ana"))
    assert delivery["outcome"] == "ok"
    assert "Something went wrong" in answer
    assert "Renew the certificate" in answer


async def test_a_button_whose_work_fails_is_answered_all_the_same(open_office: Office) -> None:
    """An exception after `ack` would cost the acknowledgement, and the person three seconds."""
    await open_office.type("ana", "/task new Renew the certificate")
    await open_office.type("ana", "/task show T-1")
    open_office.gateway.failure = ZeroDivisionError()

    delivery = await press(
        open_office, "ana", await latest_message(open_office, "ana"), "task_complete"
    )

    assert delivery["outcome"] == "ok"
    assert "Something went wrong" in (await open_office.reads("ana"))[-1]


async def test_who_takes_too_long_says_that_it_may_be_saved() -> None:
    async with (
        an_office(within=timedelta(milliseconds=50)) as office,
        office.over_socket() as socket,
    ):
        await eventually(socket.is_connected)
        office.directory.get_user = never  # type: ignore[method-assign, assignment]
        delivery = await office.type("ana", "/task new Renew the certificate")

        assert delivery["outcome"] == "ok"
        assert "may or may not have been saved" in "\n".join(await office.reads("ana"))


async def never(*_: object) -> None:
    await asyncio.Event().wait()


async def test_a_guest_is_refused(open_office: Office) -> None:
    guest = await open_office.id_of("gus")
    open_office.directory.users[guest] = a_person(guest).model_copy(update={"is_guest": True})

    await open_office.type("gus", "/task new Renew the certificate")

    assert "Only full members" in "\n".join(await open_office.reads("gus"))
    assert open_office.gateway.asked == []


async def test_a_task_is_completed_by_its_button_and_the_answer_shows_it(
    open_office: Office,
) -> None:
    await open_office.type("ana", "/task new Renew the certificate")
    await open_office.type("ana", "/task show T-1")

    await press(open_office, "ana", await latest_message(open_office, "ana"), "task_complete")

    (task,) = open_office.store.tasks.values()
    assert not task.is_open
    assert "Done" in str((await latest_shown(open_office, "ana"))["blocks"])


async def latest_shown(office: Office, name: str) -> Json:
    await office.background.drain(timedelta(seconds=2))
    return await latest_message(office, name)


async def test_a_second_click_is_told_who_was_first(open_office: Office) -> None:
    await open_office.type("ana", "/task new Renew the certificate")
    await open_office.type("ana", "/task show T-1")
    card = await latest_message(open_office, "ana")
    await open_office.type("ana", "/task done T-1")

    await press(open_office, "ana", card, "task_complete")

    assert "was already completed by you" in (await open_office.reads("ana"))[-1]


async def test_a_form_opens_with_what_was_understood_and_makes_a_task(open_office: Office) -> None:
    await open_office.type("ana", "/task new")
    outcome = await submit(open_office, "ana", {"title": "Renew the certificate"})

    assert outcome["view_outcome"] == "closed"
    assert "T-1" in (await open_office.reads("ana"))[-1]


async def test_a_refused_form_stays_open_with_the_reason_at_its_input(open_office: Office) -> None:
    await open_office.type("ana", "/task new")
    outcome = await submit(open_office, "ana", {"title": "Renew", "due": 1_000_000_000})

    assert outcome["view_outcome"] == "errors"
    assert outcome["errors"] == {"due": "The due date has already passed."}


async def test_a_form_that_could_not_be_saved_stays_open(open_office: Office) -> None:
    await open_office.type("ana", "/task new")
    open_office.gateway.failure = UnavailableError("Temporal")
    outcome = await submit(open_office, "ana", {"title": "Renew"})

    assert outcome["view_outcome"] == "errors"
    assert "nothing was saved" in str(outcome["errors"])


async def test_a_form_that_comes_too_late_tells_what_to_type(open_office: Office) -> None:
    await open_office.fail("views.open", "error", error="expired_trigger_id")

    await open_office.type("ana", "/task new")

    assert "/task new Renew" in "\n".join(await open_office.reads("ana"))


async def test_a_relay_is_sent_accepted_and_told(open_office: Office) -> None:
    await open_office.type("ana", "/task new Renew the certificate")
    await open_office.type("ana", "/relay T-1 @bo the staging one first")
    await open_office.type("bo", "/task list")

    delivery = await press(
        open_office, "bo", await latest_message(open_office, "bo"), "relay_accept"
    )

    (task,) = open_office.store.tasks.values()
    assert delivery["outcome"] == "ok"
    assert task.relay is not None
    assert task.relay.end is RelayEnd.ACCEPTED


async def test_hand_over_opens_a_form_with_the_task_chosen_and_the_form_hands_it_over(
    open_office: Office,
) -> None:
    await open_office.type("ana", "/task new Renew the certificate")
    await open_office.type("ana", "/task show T-1")
    await press(open_office, "ana", await latest_message(open_office, "ana"), "task_hand_over")
    bo = await open_office.id_of("bo")
    (task,) = open_office.store.tasks.values()

    outcome = await submit(
        open_office, "ana", {"task": task.id, "receiver": bo, "mode": "handshake", "note": "hi"}
    )

    (task,) = open_office.store.tasks.values()
    assert outcome["view_outcome"] == "closed"
    assert task.relay is not None
    assert (task.relay.to_user, task.relay.note) == (bo, "hi")
    assert "You still own it" in (await open_office.reads("ana"))[-1]


async def test_a_receiver_who_cannot_hold_a_task_is_refused_in_the_form(
    open_office: Office,
) -> None:
    await open_office.type("ana", "/task new Renew the certificate")
    dan = await open_office.id_of("dan")
    open_office.directory.users[dan] = a_person(dan).model_copy(update={"deleted": True})
    await open_office.type("ana", "/relay T-1")
    (task,) = open_office.store.tasks.values()

    outcome = await submit(open_office, "ana", {"task": task.id, "receiver": dan, "mode": "direct"})

    assert list(outcome["errors"]) == ["receiver"]
    assert "has been deactivated" in outcome["errors"]["receiver"]


async def test_the_form_opens_in_the_mode_that_was_typed(open_office: Office) -> None:
    await open_office.type("ana", "/task new Renew the certificate")

    await open_office.type("ana", "/relay T-1 --handshake")

    view = await top_view(open_office, "ana")
    mode = next(block for block in view["blocks"] if block.get("block_id") == "mode")
    assert mode["element"]["initial_option"]["value"] == "handshake"


async def test_a_decline_asks_for_the_reason_and_gives_the_task_back(open_office: Office) -> None:
    await open_office.type("ana", "/task new Renew the certificate")
    await open_office.type("ana", "/relay T-1 @bo")
    (task,) = open_office.store.tasks.values()
    assert task.relay is not None
    await decline_clicked(open_office, task.relay.id)

    outcome = await submit(open_office, "bo", {"reason": "on leave"})

    (task,) = open_office.store.tasks.values()
    assert outcome["view_outcome"] == "closed"
    assert task.owner == await open_office.id_of("ana")
    assert task.relay is not None
    assert task.relay.reason == "on leave"


async def test_no_reason_is_asked_for_once_the_offer_is_over(open_office: Office) -> None:
    await open_office.type("ana", "/task new Renew the certificate")
    await open_office.type("ana", "/relay T-1 @bo")
    await press(open_office, "ana", await latest_message(open_office, "ana"), "relay_take_back")
    (task,) = open_office.store.tasks.values()
    assert task.relay is not None

    await decline_clicked(open_office, task.relay.id)

    assert "was taken back" in (await open_office.reads("bo"))[-1]
    assert await open_office.calls("views.open") == []


async def decline_clicked(office: Office, relay_id: str) -> None:
    """Bo presses Decline… on the offer, as the worker would have posted it."""
    bo = await office.id_of("bo")
    dm = (await office.client.conversations_open(users=bo))["channel"]["id"]
    button = {
        "type": "button",
        "text": {"type": "plain_text", "text": "Decline…"},
        "action_id": "relay_decline",
        "value": relay_id,
    }
    offer = await office.client.chat_postMessage(
        channel=dm, text="An offer", blocks=[{"type": "actions", "elements": [button]}]
    )
    await press(office, "bo", {"channel": dm, "ts": offer["ts"]}, "relay_decline")


async def test_the_sender_takes_back_below_the_answer(open_office: Office) -> None:
    await open_office.type("ana", "/task new Renew the certificate")
    await open_office.type("ana", "/relay T-1 @bo")

    await press(open_office, "ana", await latest_message(open_office, "ana"), "relay_take_back")

    (task,) = open_office.store.tasks.values()
    assert task.owner == await open_office.id_of("ana")
    assert "relay_take_back" not in str((await latest_shown(open_office, "ana"))["blocks"])


async def test_a_used_up_response_url_is_no_reason_to_stay_silent(open_office: Office) -> None:
    await open_office.type("ana", "/task new Renew the certificate")
    await open_office.type("ana", "/task show T-1")
    card = await latest_message(open_office, "ana")
    await open_office.type("ana", "/task done T-1")
    await open_office.fail("response_url", "server_error")

    await press(open_office, "ana", card, "task_complete")

    assert "was already completed" in (await open_office.reads("ana"))[-1]


async def test_a_whisper_whose_answer_was_lost_is_not_said_again(open_office: Office) -> None:
    await open_office.type("ana", "/task new Renew the certificate")
    await open_office.type("ana", "/task show T-1")
    card = await latest_message(open_office, "ana")
    await open_office.type("ana", "/task done T-1")
    await open_office.fail("response_url", "lost_after")

    await press(open_office, "ana", card, "task_complete")

    said = [text for text in await open_office.reads("ana") if "was already completed" in text]
    assert len(said) == 1


@pytest.mark.parametrize("by_button", [False, True], ids=["command", "button"])
async def test_an_address_in_a_title_is_no_link_in_a_refusal(
    open_office: Office, by_button: bool
) -> None:
    """Slack would make one of any address in a text without blocks, or not `verbatim`."""
    await open_office.type("ana", "/task new Pay at https://bank.example")
    await open_office.type("ana", "/task show T-1")
    card = await latest_message(open_office, "ana")
    await open_office.type("ana", "/task done T-1")

    if by_button:
        await press(open_office, "ana", card, "task_complete")
    else:
        await open_office.type("ana", "/task done T-1")

    shown = await latest_shown(open_office, "ana")
    assert "https://bank.example" in shown["text"]
    assert [(block["text"]["text"], block["text"]["verbatim"]) for block in shown["blocks"]] == [
        (shown["text"], True)
    ]


async def test_nothing_that_is_whispered_unfurls(open_office: Office) -> None:
    await open_office.type("ana", "/task new Look at https://bank.example")
    await open_office.type("ana", "/task show T-1")
    card = await latest_message(open_office, "ana")
    await open_office.type("ana", "/task done T-1")
    await press(open_office, "ana", card, "task_complete")
    await open_office.fail("response_url", "server_error")
    await open_office.fail("chat.postEphemeral", "error", error="user_not_in_channel")
    await press(open_office, "ana", card, "task_complete")
    await open_office.reads("ana")

    beside, in_dm = [
        (await open_office.calls(way))[0]["arguments"]
        for way in ("response_url", "chat.postMessage")
    ]
    for sent in (json.loads(beside["body"]), in_dm):
        assert [str(sent[name]) for name in ("unfurl_links", "unfurl_media")] == ["False"] * 2


async def test_an_unknown_button_is_answered(open_office: Office) -> None:
    await open_office.type("ana", "/task new Renew the certificate")
    message = await latest_message(open_office, "ana")

    delivery = await open_office.control(
        "POST",
        "actions",
        user=await open_office.id_of("ana"),
        channel=message["channel"],
        ts=message["ts"],
        action_id="of_an_older_version",
        force=True,
    )

    assert delivery["outcome"] == "ok"
    assert "does not know this button" in (await open_office.reads("ana"))[-1]


async def test_an_unknown_command_is_answered(open_office: Office) -> None:
    delivery = await open_office.type("ana", "/handover everything")

    assert delivery["outcome"] == "ok"
    assert "does not know" in "\n".join(await open_office.reads("ana"))


async def test_who_joins_is_welcomed_once_the_durable_step_works() -> None:
    """Acknowledged before the work, the event would be lost with it."""
    retries = (timedelta(0), timedelta(milliseconds=50))
    async with an_office(event_retry_delays=retries) as office, office.over_socket() as socket:
        await eventually(socket.is_connected)
        office.gateway.failure = UnavailableError("Temporal")
        await office.control("POST", "people", name="dee", real_name="Dee New", announce=True)
        await eventually(lambda: came_again(office))
        office.gateway.failure = None

        async def welcomed() -> bool:
            return len(office.gateway.onboarded) > 0

        await eventually(welcomed)


async def came_again(office: Office) -> bool:
    return len(await office.deliveries("event")) > 1


async def test_200_commands_ask_slack_for_nothing(open_office: Office) -> None:
    await asyncio.gather(*(open_office.type("ana", "/task list") for _ in range(200)))

    assert await open_office.calls("auth.test") == []


async def test_oauth_settings_in_the_environment_change_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLACK_CLIENT_ID", "1.2")
    monkeypatch.setenv("SLACK_CLIENT_SECRET", "secret")
    async with an_office() as office, office.over_socket() as socket:
        await eventually(socket.is_connected)

        await office.type("ana", "/task new Renew the certificate")

        assert "T-1" in (await office.reads("ana"))[-1]
        assert "SLACK_CLIENT_ID" not in os.environ
