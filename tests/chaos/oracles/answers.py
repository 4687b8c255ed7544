"""What an answer meant to whoever read it."""

from enum import Enum, auto
from typing import Any

Json = dict[str, Any]


class Word(Enum):
    """Yes, yes but later, no, or something from which nothing follows."""

    DONE = auto()
    SAVED = auto()
    NOT_SAVED = auto()
    OTHER = auto()


_DONE = {
    "create": ("* is yours", "* is with"),
    "relay": ("owns it. An answer is awaited", "You still own it"),
    "done": ("Done by you",),
    "progress": ("Owner <@",),
}
"""What only the answer to a command that was carried out says."""
_NO = ("so nothing was saved",)


def answers_of(answer: Json) -> list[Json]:
    """The first answer to an act and those to its repeats, also to one that nobody heard."""
    unheard: list[Json] = [{}] if "not_repeated" in answer else []
    return [answer, *answer.get("again", []), *unheard]


def word_of(kind: str, answer: Json) -> Word:
    """Read one answer to an act of a kind."""
    if "status" in answer:
        return _of_status(answer)
    if answer.get("view_outcome") == "closed":
        return Word.SAVED
    if answer.get("outcome") != "ok":
        return Word.OTHER
    return _of_text(kind, answer.get("said", ""))


def _of_status(answer: Json) -> Word:
    content = answer.get("json") or {}
    if 200 <= answer["status"] < 300:
        return Word.DONE if content.get("done") else Word.SAVED
    return Word.NOT_SAVED if content.get("code") == "unavailable" else Word.OTHER


def _of_text(kind: str, said: str) -> Word:
    if said.startswith("Saved: "):
        return Word.SAVED
    if any(words in said for words in _NO):
        return Word.NOT_SAVED
    if any(words in said for words in _DONE.get(kind, ())):
        return Word.DONE
    return Word.OTHER
