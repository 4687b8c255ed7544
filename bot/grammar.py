"""Parses the text of slash commands into commands.

People, task numbers and dates may stand anywhere. If something is missing, a form with the rest
filled in asks for it. If the text can't be understood, an InvalidInputError shows the right syntax.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import NamedTuple

from bot.commands import (
    CompleteTask,
    CreateTask,
    ListTasks,
    OpenRelayForm,
    OpenTaskForm,
    RelayCommand,
    RelayTask,
    SetProgress,
    ShowHelp,
    ShowTask,
    TaskCommand,
)
from relai_core.domain.date_phrases import LONGEST_PHRASE, Moment, take_date
from relai_core.domain.ids import SlackUserId
from relai_core.domain.relay import NOTE_LIMIT, RelayMode
from relai_core.domain.task import TITLE_LIMIT, parse_task_number
from relai_core.domain.task_numbers import bare_number, names_only_a_task, take_task_number
from relai_core.domain.text import read_command_text, shorten
from relai_core.domain.user import User
from relai_core.errors import InvalidInputError

_DUE_WORDS = ("due", "by", "until", "before", "on")
_ANSWER_WORDS = ("by",)

# If a person types a name without picking it from Slack's list, Slack sends it as plain text.
_UNRESOLVED = re.compile(r"[(\[]*(@\w[\w.-]*)")
_STUCK_DUE = re.compile(r"(?<!\S)(due:)(?=\S)", re.IGNORECASE)
_TO_PERSON = re.compile(r"(?<!\S)to\s+(?=<@)", re.IGNORECASE)
_PERCENT = re.compile(r"(?:to )?([0-9]{1,3}) ?%?", re.IGNORECASE)
_MODE = re.compile(rf"(?:--|[–—])({'|'.join(RelayMode)})", re.IGNORECASE)  # noqa: RUF001


class _Said(NamedTuple):
    """The words of a command's text without the mention, and the person mentioned."""

    words: tuple[str, ...]
    person: SlackUserId | None
    spoken: Moment


class _Form(NamedTuple):
    """The syntax of a command, for error texts."""

    command: str
    person: str
    example: str


_TASK = _Form("/task", "owner", "/task new Renew the certificate with Bo @ana by fri 17:00")
_RELAY = _Form("/relay", "receiver", "/relay @ana T-42 Bo knows the details")


def parse_task_command(text: str, *, speaker: User, now: datetime) -> TaskCommand:
    """Parse the text after `/task`.

    Raises:
        InvalidInputError: the text can't be understood; the message shows the right syntax.
    """
    said = _read(text, speaker, now, _TASK)
    if not said.words:
        return OpenTaskForm(owner=said.person)
    verb, rest = said.words[0].lower(), _Said(said.words[1:], said.person, said.spoken)
    return _VERBS[verb](rest) if verb in _VERBS else _without_verb(said)


def parse_relay_command(text: str, *, speaker: User, now: datetime) -> RelayCommand:
    """Parse the text after `/relay`.

    Raises:
        InvalidInputError: the text can't be understood; the message shows the right syntax.
    """
    said = _read(_TO_PERSON.sub("", text), speaker, now, _RELAY)
    if said.person is None and [word.lower() for word in said.words] == ["help"]:
        return ShowHelp("relay")
    words, number = take_task_number(said.words)
    if said.person is None:
        words, mode = _take_mode(words)
        return OpenRelayForm(number, None, _note(words), mode)
    _require_fits(" ".join(words), NOTE_LIMIT + LONGEST_PHRASE, NOTE_LIMIT, "note")
    words, answer_by = take_date(words, _ANSWER_WORDS, spoken=said.spoken, field="answer_by")
    words, mode = _take_mode(words)
    return RelayTask(number, said.person, _note(words), mode, answer_by)


def _new(said: _Said) -> TaskCommand:
    _require_fits(" ".join(said.words), TITLE_LIMIT + LONGEST_PHRASE, TITLE_LIMIT, "title")
    words, due_at = take_date(said.words, _DUE_WORDS, spoken=said.spoken, field="due")
    title = " ".join(words)
    _require_fits(title, TITLE_LIMIT, TITLE_LIMIT, "title")
    if not title:
        return OpenTaskForm(owner=said.person, due_at=due_at)
    return CreateTask(title, owner=said.person, due_at=due_at)


def _list(said: _Said) -> TaskCommand:
    _require_no_more(said, "list", said.words)
    return ListTasks()


def _help(said: _Said) -> TaskCommand:
    _require_no_more(said, "help", said.words)
    return ShowHelp("task")


def _show(said: _Said) -> TaskCommand:
    number = _one_task(said, "show")
    if number is None:
        raise InvalidInputError("Which task? Name it like this: `/task show T-42`.", field="task")
    return ShowTask(number)


def _done(said: _Said) -> TaskCommand:
    return CompleteTask(_one_task(said, "done"))


def _progress(said: _Said) -> TaskCommand:
    words, number = take_task_number(said.words)
    match = _PERCENT.fullmatch(" ".join(words))
    if match is None or int(match[1]) > 100 or said.person:
        raise InvalidInputError(
            "Say how far the task is with one number from 0 to 100, like this: "
            "`/task progress T-42 60`.",
            field="progress",
        )
    return SetProgress(number, int(match[1]))


_VERBS: dict[str, Callable[[_Said], TaskCommand]] = {
    "new": _new,
    "list": _list,
    "show": _show,
    "done": _done,
    "progress": _progress,
    "help": _help,
}


def _without_verb(said: _Said) -> TaskCommand:
    """Parse a title without `new`, a task's number alone, or a typing mistake."""
    first, *rest = said.words
    number = parse_task_number(first)
    alone = not rest and said.person is None
    if alone and number is not None:
        return ShowTask(number)
    # "lsit", or "complete T-42": with a number the person meant a command, not a title.
    if alone or (said.person is None and names_only_a_task(rest)):
        raise InvalidInputError(_suggestion(first, rest))
    return _new(said)


def _suggestion(first: str, rest: list[str]) -> str:
    said = shorten(" ".join((first, *rest)))
    problem = f"I don't know `/task {said}`."
    if close := get_close_matches(first.lower(), _VERBS, n=1):
        meant = shorten(" ".join((close[0], *rest)))
        return f"{problem} Did you mean `/task {meant}`?"
    return f"{problem} To make a task of it: `/task new {said}`. For all commands: `/task help`."


def _read(text: str, speaker: User, now: datetime, form: _Form) -> _Said:
    words, mentions = read_command_text(_STUCK_DUE.sub(r"\1 ", text))
    for word in words:
        if match := _UNRESOLVED.match(word):
            raise InvalidInputError(
                f"I don't know who {shorten(match[1])} is. Type @ and the first letters, and pick "
                "the person from the list Slack offers. If the @ belongs to the text, use the "
                f"form that `{form.command}` opens.",
                field=form.person,
            )
    if len(mentions) > 1:
        raise InvalidInputError(
            f"One {form.person} at a time: mention one person, and write the names of the others "
            f"without @, like this: `{form.example}`.",
            field=form.person,
        )
    return _Said(words, next(iter(mentions), None), Moment(now, speaker.zone))


def _take_mode(words: list[str]) -> tuple[list[str], RelayMode | None]:
    """Take the mode from a flag at the start or the end, and return the other words with it."""
    for at in (0, len(words) - 1):
        match = _MODE.fullmatch(words[at]) if words else None
        if match:
            return words[:at] + words[at + 1 :], RelayMode(match[1].lower())
    return words, None


def _note(words: list[str]) -> str:
    note = " ".join(words)
    _require_fits(note, NOTE_LIMIT, NOTE_LIMIT, "note")
    return note


def _require_fits(text: str, most: int, limit: int, field: str) -> None:
    """Refuse a text of more than `most` characters. The error text names `limit`."""
    if len(text) > most:
        raise InvalidInputError(
            f"This {field} has {len(text):,} characters, and {limit:,} fit. Shorten it: "
            f"“{shorten(text)}”",
            field=field,
        )


def _one_task(said: _Said, verb: str) -> int | None:
    words, number = take_task_number(said.words)
    if digits := bare_number(words):
        raise InvalidInputError(f"Did you mean `/task {verb} T-{digits}`?", field="task")
    _require_no_more(said, verb, words)
    return number


def _require_no_more(said: _Said, verb: str, words: Sequence[str]) -> None:
    """Refuse words and mentions that the command would otherwise ignore."""
    if words:
        title = shorten(" ".join((verb.title(), *said.words)))
        raise InvalidInputError(
            f"`/task {verb}` does not understand “{shorten(' '.join(words))}”. For all commands: "
            f"`/task help`. To make a task with this title: `/task new {title}`.",
            field="task",
        )
    if said.person:
        raise InvalidInputError(
            f"`/task {verb}` takes no name. To hand a task over: `/relay @name T-42`.",
            field="owner",
        )
