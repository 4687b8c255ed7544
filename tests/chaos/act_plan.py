"""Who does what, and when."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.chaos.dice import Dice
from tests.chaos.parts import BOTS

PEOPLE = 6
"""Members of the workspace. A guest tries to act as well; whoever joins on the way only reads."""

_ACTS_EVERY = 0.55
"""Seconds between two acts, on average: a rate that two cores carry with all parts on them."""
_FIRST_CREATES = 8
_ACTS = {
    "create": 14,
    "create_in_form": 4,
    "relay": 16,
    "relay_in_form": 5,
    "accept": 16,
    "decline": 6,
    "take_back": 7,
    "duel": 5,
    "complete": 6,
    "done": 3,
    "progress": 4,
    "look": 3,
    "api_create": 9,
    "api_relay": 8,
    "api_complete": 4,
    "api_progress": 3,
    "api_edit": 3,
    "api_move": 3,
    "api_cancel": 2,
    "api_look": 2,
    "forge": 8,
    "reach_out": 4,
    "guest": 2,
    "join": 1,
    "leave": 1,
    "rest": 2,
}


@dataclass(frozen=True)
class Act:
    """One thing that a person does, or a program in a person's name.

    `pick` and `other` choose among what is there. `repeats` says how the request comes again:
    not at all, after its answer, or at the same time.
    """

    at: float
    number: int
    kind: str
    person: int
    other: int
    pick: float
    bot: int
    repeats: str
    handshake: bool

    def chosen(self, among: list[Any]) -> Any:
        """The one that is taken, or None if there is none."""
        return among[int(self.pick * len(among))] if among else None


def plan_acts(dice: Dice, seconds: float) -> Iterator[Act]:
    """Acts in the order of their moments."""
    at, number = 0.0, 0
    while (at := at + dice.pause(_ACTS_EVERY)) < seconds:
        number += 1
        # At first there is nothing else to do.
        kinds = _ACTS if number > _FIRST_CREATES else {"create": 2, "api_create": 1}
        person = dice.below(PEOPLE)
        yield Act(
            at=round(at, 3),
            number=number,
            kind=dice.drawn(kinds),
            person=person,
            other=(person + 1 + dice.below(PEOPLE - 1)) % PEOPLE,
            pick=dice.fraction(),
            bot=dice.below(len(BOTS)),
            repeats=dice.drawn({"": 7, "after": 2, "at_once": 2}),
            handshake=dice.fraction() < 0.4,
        )
