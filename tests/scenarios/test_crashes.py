"""Each part is killed with -9 in the middle of a scenario and started again; nothing is lost."""

import pytest

from devstack.processes import ChildProcess
from tests.scenarios.ledger import attempted_notices
from tests.scenarios.people import Json, Person, Workspace, answer_of, eventually, text_of
from tests.scenarios.stack import RelaiStack

pytestmark = pytest.mark.harmful


def _part(relai: RelaiStack, name: str) -> ChildProcess:
    part = getattr(relai, name)
    assert isinstance(part, ChildProcess)
    return part


async def _restart(part: ChildProcess) -> None:
    await part.kill()
    await part.start()


@pytest.mark.parametrize(
    ("transport", "name"),
    [
        ("socket", "bot"),
        ("http", "bot"),
        ("socket", "worker"),
        ("http", "temporal"),
        ("http", "mongod"),
    ],
    scope="module",
)
async def test_task_survives_the_death_of_any_part(
    relai: RelaiStack, workspace: Workspace, name: str
) -> None:
    """Killed between create and relay, and again between relay and accept."""
    ana, bo = [await workspace.person(each) for each in ("ana", "bo")]
    number = await ana.creates(f"Survive the {name}")

    await _restart(_part(relai, name))
    await _type_until_taken(ana, f"/relay @{bo.name} {number}")
    offer = await bo.sees(number, "Accept", patience=60)

    await _restart(_part(relai, name))
    await _press_until_taken(bo, offer, "Accept")

    await eventually(
        "Ana is told", lambda: ana.told("relay_ended", number, "accepted"), patience=60
    )
    assert await ana.told("relay_ended", number) == 1
    assert f"Survive the {name}" in answer_of(await _type_until_taken(bo, "/task list"))


async def _type_until_taken(person: Person, text: str) -> Json:
    """Type until the answer is no complaint, as a person would."""

    async def answered() -> Json | None:
        delivery = await person.types_once(text)
        said = text_of(delivery["answer"] or {})
        return delivery if delivery["outcome"] == "ok" and "othing was saved" not in said else None

    answered_delivery: Json = await eventually(f"an answer to {text}", answered, patience=60)
    return answered_delivery


async def _press_until_taken(person: Person, message: Json, label: str) -> None:
    """Press until the press is taken, as a person would."""

    async def taken() -> bool:
        delivery = await person.presses_once(message, label)
        return bool(delivery["outcome"] == "ok")

    await eventually(f"{label} is taken", taken, patience=60)


@pytest.mark.parametrize(
    ("transport", "name", "called"),
    [("socket", "temporal", "Temporal"), ("http", "mongod", "MongoDB")],
    scope="module",
)
async def test_unsaved_command_is_given_back_within_three_seconds(
    relai: RelaiStack, workspace: Workspace, name: str, called: str
) -> None:
    """The part is down while the person types; longer, and Slack would show its own error."""
    ana = await workspace.person("ana")
    await _part(relai, name).kill()
    try:
        delivery = await ana.types_once("/task new Count the <sheep> & sleep")
    finally:
        await _part(relai, name).start()

    said = answer_of(delivery)
    assert f"{called} can't be reached" in said
    assert "nothing was saved" in said
    assert "/task new Count the" in said


async def test_command_saved_without_a_worker_is_carried_out_later(
    relai: RelaiStack, workspace: Workspace
) -> None:
    """The person hears that it is saved, and then gets the card, once."""
    ana = await workspace.person("ana")
    await relai.worker.kill()
    try:
        said = answer_of(await ana.types("/task new Wait for the worker"))
    finally:
        await relai.worker.start()

    assert "aved" in said
    await ana.sees("Wait for the worker", "Mark complete", patience=60)
    assert await ana.count("Wait for the worker", "Mark complete") == 1


async def test_worker_killed_during_a_post_says_nothing_twice(
    relai: RelaiStack, workspace: Workspace
) -> None:
    """Slack has the message, but its answer is lost; the next worker finds it in the history."""
    ana, bo = [await workspace.person(each) for each in ("ana", "bo")]
    await workspace.fault("chat.postMessage", "lost_after", delay=60, times=1_000)
    await ana.types(f"/task new Say it once @{bo.name}")
    await bo.sees("Say it once")
    await workspace.clear_faults()

    await _restart(relai.worker)
    await bo.sees(await ana.insists_on(bo, "And then this"), patience=60)

    async def settled() -> bool:
        return set(await attempted_notices(relai, bo)) == {"sent", "reconciled"}

    await eventually("both notices are settled", settled, patience=60)
    assert await bo.count("Say it once", "Mark complete") == 1
