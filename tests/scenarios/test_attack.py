"""People who try what they may not: copied buttons, forged payloads, other workspaces' ids."""

import json
from copy import deepcopy

import pytest

from tests.scenarios.api import Api
from tests.scenarios.people import (
    Json,
    Person,
    Workspace,
    answer_of,
    button_of,
    eventually,
    text_of,
)

ALERTS = "<!channel> <!here> <@UEVERYONE> <https://evil.example|click> *bold* `code` ~no~ & > <"


async def offer_task(ana: Person, bo: Person, title: str) -> tuple[str, Json]:
    """Offer Bo a task of Ana's; its number and the offer."""
    number = await ana.creates(title)
    await ana.types(f"/relay @{bo.name} {number} --handshake")
    return number, await bo.sees(number, "Accept")


async def press_copied(person: Person, offer: Json, label: str) -> Json:
    """Press a button of somebody else's message on a message of this person."""
    own = await person.creates("A task of my own")
    card = await person.sees(own, "Mark complete")
    copied = button_of(offer, label)
    return await person.presses(
        card, "Mark complete", action_id=copied["action_id"], value=copied["value"], force=True
    )


async def get_owner(api: Api, number: str) -> str:
    return str((await api.get(f"/api/tasks/{number}")).json["assignedTo"])


async def wait_until_known_as(api: Api, person: Person, status: str) -> None:
    """Wait until RelAI knows that a person has this status."""

    async def heard() -> bool:
        people = (await api.get("/api/users", limit=100, cursor=person.id[:-1])).json["users"]
        known = {each["slack_user_id"]: each["status"] for each in people}
        return known.get(person.id) == status

    await eventually(f"{person.name} is known as {status}", heard)


@pytest.mark.parametrize("label", ["Accept", "Decline", "Mark complete"])
async def test_copied_button_changes_nothing(workspace: Workspace, api: Api, label: str) -> None:
    ana, bo, eve = [await workspace.person(name) for name in ("ana", "bo", "eve")]
    number, offer = await offer_task(ana, bo, "Not yours")
    message = await ana.sees(number, "Mark complete") if label == "Mark complete" else offer

    await press_copied(eve, message, label)

    task = (await api.get(f"/api/tasks/{number}")).json
    assert (task["assignedTo"], task["status"]) == (ana.id, "open")
    assert task["relay"]["end"] is None


@pytest.mark.parametrize(
    ("fields", "status"),
    [({"is_restricted": True}, "guest"), ({"is_stranger": True}, "outsider")],
    ids=["guest", "outsider"],
)
async def test_former_member_can_not_accept(
    workspace: Workspace, api: Api, fields: dict[str, bool], status: str
) -> None:
    """The receiver was one when the offer came; Slack tells of the change by an event."""
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    number, offer = await offer_task(ana, bo, "Yours until you leave")
    await workspace.change(bo, **fields)

    await wait_until_known_as(api, bo, status)
    await bo.presses(offer, "Accept", force=True)

    assert await get_owner(api, number) == ana.id


async def test_late_payloads_of_a_deactivated_person_are_refused(
    workspace: Workspace, api: Api
) -> None:
    """Slack lets them do nothing more, but may deliver late what they did before."""
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    number, offer = await offer_task(ana, bo, "Yours until you leave")
    own = await bo.creates("Mine to the end")
    typed = (await bo.types("/task list"))["payload"]
    pressed = (await bo.presses(offer, "Decline"))["payload"]
    await workspace.change(bo, deleted=True)
    await wait_until_known_as(api, bo, "deactivated")

    command = typed | {"text": f"done {own}", "trigger_id": "1.1.typed"}
    accept = button_of(offer, "Accept")
    action = pressed["actions"][0] | {each: accept[each] for each in ("action_id", "value")}
    click = pressed | {"actions": [action], "trigger_id": "1.1.pressed"}
    said = await workspace.post("deliveries", {"kind": "command", "payload": command})
    await workspace.post("deliveries", {"kind": "interactive", "payload": click})

    assert "Only full members" in answer_of(said)
    assert await get_owner(api, number) == ana.id
    assert (await api.get(f"/api/tasks/{own}")).json["status"] == "open"


async def test_task_of_a_deactivated_person_can_only_be_closed(
    workspace: Workspace, api: Api
) -> None:
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    number = await ana.creates("Left behind", bo)
    await workspace.change(bo, deleted=True)
    await wait_until_known_as(api, bo, "deactivated")

    for sender, why in ((ana, "not_the_owner"), (bo, "person_cannot")):
        wish = {"from_user": sender.id, "to_user": ana.id}
        assert (await api.post(f"/api/tasks/{number}/relay", wish)).json["code"] == why
    assert await get_owner(api, number) == bo.id

    await ana.types(f"/task done {number}")

    async def is_closed() -> bool:
        return bool((await api.get(f"/api/tasks/{number}")).json["status"] == "completed")

    await eventually("the task is completed", is_closed)


async def test_tampered_value_is_answered_and_changes_nothing(
    workspace: Workspace, api: Api
) -> None:
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    number, offer = await offer_task(ana, bo, "Hold on to me")

    for value in ("", "nonsense", "TOTHER-0123456789abcdef0123", "T" * 2000, "{}", "../..", "0"):
        for label in ("Accept", "Decline"):
            delivery = await bo.presses(offer, label, value=value, force=True)
            assert delivery["outcome"] == "ok", delivery

    assert await get_owner(api, number) == ana.id
    assert (await bo.types("/task list"))["outcome"] == "ok"


async def test_form_with_tampered_metadata_ends_no_other_relay(
    workspace: Workspace, api: Api
) -> None:
    """The form to decline names its hand-over; here somebody else's is put in its place."""
    ana, bo, eve = [await workspace.person(name) for name in ("ana", "bo", "eve")]
    number, _ = await offer_task(ana, bo, "Ana's own")
    _, hers = await offer_task(ana, eve, "For Eve")
    await eve.presses(hers, "Decline")
    await eve.submits(await eve.modal(), reason="no time")
    submission = await _last_submission(workspace)
    other = button_of(await bo.sees(number, "Accept"), "Accept")["value"]

    forged = deepcopy(submission["payload"])
    forged["view"]["private_metadata"] = other
    forged["view"]["id"] = "VFORGED0001"
    delivery = await workspace.post("deliveries", {"kind": "interactive", "payload": forged})

    assert delivery["outcome"] == "ok", delivery
    task = (await api.get(f"/api/tasks/{number}")).json
    assert task["relay"]["end"] is None


async def test_late_answers_change_nothing(workspace: Workspace, api: Api) -> None:
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    number, offer = await offer_task(ana, bo, "First come")
    sent = await ana.sees(number, "Take back")
    taken = await ana.presses(sent, "Take back")

    await bo.presses(offer, "Accept", force=True)
    await ana.learns(f"/task done {number}", number, "Done by")
    await workspace.post(f"deliveries/{taken['id']}/repeat", {"times": 2})
    await bo.presses(offer, "Accept", force=True)

    task = (await api.get(f"/api/tasks/{number}")).json
    trail = (await api.get(f"/api/tasks/{number}/trail")).json["events"]
    assert (task["status"], task["relay"]["end"]) == ("completed", "withdrawn")
    assert [event["kind"] for event in trail] == [
        "created",
        "relay_opened",
        "relay_withdrawn",
        "completed",
    ]


async def test_written_text_alerts_nobody_and_links_nowhere(workspace: Workspace, api: Api) -> None:
    """Title, description, note and reason, from chat and from another system."""
    ana, bo = [await workspace.person(name) for name in ("ana", "bo")]
    made = await api.post(
        "/api/tasks", {"title": ALERTS, "description": ALERTS, "assignedTo": ana.id}
    )
    path = f"/api/tasks/{made.json['task_id']}"
    await ana.sees("bold", "Mark complete")
    await api.post(
        f"{path}/relay",
        {"from_user": ana.id, "to_user": bo.id, "message": ALERTS, "mode": "handshake"},
    )
    offer = await bo.sees("bold", "Accept")
    await bo.presses(offer, "Decline")
    await bo.submits(await bo.modal(), reason=ALERTS)
    await ana.sees("declined")

    for person in (ana, bo):
        for message in await person.messages():
            shown = text_of(message) + json.dumps(message.get("blocks") or [])
            for live in ("<!channel", "<!here", "<@UEVERYONE", "<https://evil.example"):
                assert live not in shown, (live, message)


async def _last_submission(workspace: Workspace) -> Json:
    deliveries = (await workspace.get("deliveries", kind="interactive"))["deliveries"]
    return next(
        each for each in reversed(deliveries) if each["payload"]["type"] == "view_submission"
    )
