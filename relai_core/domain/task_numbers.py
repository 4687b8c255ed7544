"""Finds the task that a person names among other words: `… T-42 …`."""

import re
from collections.abc import Sequence

from relai_core.domain.task import parse_task_number

_BARE = re.compile(r"#?([1-9][0-9]{0,8})%?")
_AROUND = "()[].,:;!?"


def take_task_number(words: Sequence[str]) -> tuple[list[str], int | None]:
    """The first task number, and the words without it. Further numbers stay where they are."""
    for at, word in enumerate(words):
        number = parse_task_number(word.strip(_AROUND))
        if number is not None:
            return [*words[:at], *words[at + 1 :]], number
    return list(words), None


def bare_number(words: Sequence[str]) -> str | None:
    """The digits, if the words are just a number that may be meant as a task's: `42`, `#42`."""
    match = _BARE.fullmatch(" ".join(words))
    return match[1] if match else None


def names_only_a_task(words: Sequence[str]) -> bool:
    """True if the words hold a task number, and otherwise only numbers: `T-42 60%`."""
    others, number = take_task_number(words)
    return number is not None and all(bare_number([word]) for word in others)
