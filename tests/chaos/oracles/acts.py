"""The acts of a run, each by itself: two at the same moment are two."""

from collections.abc import Iterator

from tests.chaos.evidence import Evidence, Json

_OF_A_DUEL = {"accepted": "accept", "taken_back": "take_back"}
"""The two sides of a duel, as the acts that they are."""


def acts(evidence: Evidence) -> list[Json]:
    """The lines about acts, with the two of a duel apart."""
    return [act for entry in evidence.lines("act") for act in _apart(entry)]


def name_of(act: Json) -> str:
    """What a violation calls an act."""
    return f"act {act['number']} ({act['kind']})"


def _apart(entry: Json) -> Iterator[Json]:
    sides = {side: entry["answer"].get(side) for side in _OF_A_DUEL}
    if entry["kind"] != "duel" or not all(sides.values()):
        yield entry
        return
    for side, answer in sides.items():
        yield {**entry, "kind": _OF_A_DUEL[side], "answer": answer}
