"""A damaged trail says what is wrong with it. That a whole one has no flaw: see test_one_owner."""

from typing import Any

import pytest

from relai_core.domain.ids import RelayId, TaskId
from relai_core.domain.trail import Step, Trail, flaws
from tests.relai_core.builders import ANA, BEN, TEAM

RELAY = RelayId(f"{TEAM}-relay")
CREATED = Step(1, "created", ANA, None)
OPENED = Step(2, "relay_opened", BEN, RELAY)
ACCEPTED = Step(3, "relay_accepted", BEN, RELAY)
COMPLETED = Step(4, "completed", BEN, None)

WHOLE = Trail(
    task_id=TaskId(f"{TEAM}-task"),
    version=4,
    owner=BEN,
    is_open=False,
    open_relay=None,
    steps=(CREATED, OPENED, ACCEPTED, COMPLETED),
    relays={RELAY: False},
)
WAITING = WHOLE._replace(
    version=2, is_open=True, open_relay=RELAY, steps=(CREATED, OPENED), relays={RELAY: True}
)


@pytest.mark.parametrize("trail", [WHOLE, WAITING])
def test_a_whole_trail_has_no_flaw(trail: Trail) -> None:
    assert flaws(trail) == ()


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ({"steps": ()}, "no event for version 1, 2, 3, 4"),
        ({"steps": (CREATED, ACCEPTED, COMPLETED)}, "no event for version 2"),
        ({"version": 3}, "events of versions that the task never had: 4"),
        (
            {"steps": (CREATED, OPENED, ACCEPTED, ACCEPTED, COMPLETED)},
            "two events of one version",
        ),
        (
            {"steps": (CREATED, OPENED, ACCEPTED, COMPLETED._replace(owner=ANA)), "owner": ANA},
            "version 4, completed, changed the owner",
        ),
        ({"owner": ANA}, f"the task says {ANA} owns it, its trail says {BEN}"),
        ({"is_open": True}, "it is open, although its trail says that it was closed"),
        (
            {"version": 3, "steps": (CREATED, OPENED, ACCEPTED)},
            "it is closed, although its trail does not say so",
        ),
        (
            {"version": 5, "steps": (*WHOLE.steps, Step(5, "edited", BEN, None))},
            "its trail goes on after it was closed",
        ),
        ({"relays": {}}, f"the store does not hold its hand-over {RELAY}"),
        ({"relays": {RELAY: True}}, f"hand-over {RELAY} is open, and the task does not name it"),
        (
            {"open_relay": RELAY},
            f"the task names hand-over {RELAY} as open, and it has ended",
        ),
    ],
)
def test_each_damage_is_named(damage: dict[str, Any], said: str) -> None:
    assert said in flaws(WHOLE._replace(**damage))
