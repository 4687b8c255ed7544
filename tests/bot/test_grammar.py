"""Grammar of the slash commands: tables of typed text and its meaning."""

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import permutations
from typing import get_args
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from bot.grammar import parse_relay_command, parse_task_command
from relai_core.domain.ids import SlackUserId, TeamId
from relai_core.domain.relay import NOTE_LIMIT, RelayMode
from relai_core.domain.task import TITLE_LIMIT
from relai_core.domain.user import User
from relai_core.errors import InvalidInputError

MADRID = ZoneInfo("Europe/Madrid")
NOW = datetime(2026, 11, 18, 10, 0, tzinfo=MADRID).astimezone(UTC)
"""A Wednesday, ten in the morning in Madrid, where the speaker lives."""
SPEAKER = User(team_id=TeamId("T1"), id=SlackUserId("U1"), name="ana", tz="Europe/Madrid")
BO = SlackUserId("U2BO")


def task(text: str) -> TaskCommand:
    return parse_task_command(text, speaker=SPEAKER, now=NOW)


def relay(text: str) -> RelayCommand:
    return parse_relay_command(text, speaker=SPEAKER, now=NOW)


def local(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 on the speaker's wall clock."""
    return datetime(2026, 11, day, hour, minute, tzinfo=MADRID).astimezone(UTC)


FRIDAY = local(20, 17)


@pytest.mark.parametrize(
    "text",
    [
        "new Renew the cert <@U2BO> by fri 17:00",
        "new by fri 17:00 Renew the cert <@U2BO>",
        "new <@U2BO|bo> Renew the cert due fri 17:00",
        "<@U2BO> new due: fri 17:00 Renew the cert",
        "new <@U2BO>: Renew the cert due:fri",
        "new Renew the cert due by fri, 17:00, <@U2BO>",
        "NEW  Renew\n the\u00a0cert   <@U2BO> on  Friday ",
        "new Renew <@U2BO> by friday the cert",
        "new Renew the cert <@U2BO> BEFORE fri 5pm",
        "new Renew the cert <@U2BO> until end of week.",
        "Renew the cert <@U2BO> by fri 17:00",
        "by fri Renew the cert <@U2BO> <@U2BO|bo>",
    ],
)
def test_a_task_is_understood_in_any_order(text: str) -> None:
    assert task(text) == CreateTask("Renew the cert", owner=BO, due_at=FRIDAY)


def test_every_order_of_the_parts_means_the_same() -> None:
    parts = ("Renew the cert", "<@U2BO|bo>", "by fri 17:00")

    understood = {task(" ".join(("new", *order))) for order in permutations(parts)}

    assert understood == {CreateTask("Renew the cert", owner=BO, due_at=FRIDAY)}


@pytest.mark.parametrize(
    ("phrase", "due_at"),
    [
        ("due in 3 minutes", local(18, 10, 3)),
        ("due tomorrow 3pm", local(19, 15)),
        ("due on fri 17:00", FRIDAY),
        ("due: fri at 5 p.m.", FRIDAY),
        ("by 17:00", local(18, 17)),
        ("by 09:00", local(19, 9)),
        ("by friday the 20th of november 2026 5:30 pm", local(20, 17, 30)),
        ("on monday by fri", FRIDAY),
        ("by mon by fri", FRIDAY),
    ],
)
def test_the_clearest_and_longest_date_phrase_is_the_due_date(
    phrase: str, due_at: datetime
) -> None:
    understood = task(f"new {phrase}")

    assert isinstance(understood, OpenTaskForm | CreateTask)
    assert understood.due_at == due_at


def test_a_date_that_is_not_the_due_date_stays_in_the_title() -> None:
    assert task("new Talk on Monday by fri") == CreateTask("Talk on Monday", due_at=FRIDAY)


@pytest.mark.parametrize(
    "title",
    [
        "Book by Tolkien",
        "Stand by me",
        "Wait until told",
        "Do it before lunch",
        "Put it on hold",
        "Get by",
        "Server down due to a power cut",
        "Pay what is due",
        "Cut the cost by 12",
        "Count on May",
        "Post-mortem of the outage on 2026-11-01",
        "Write to bob@example.com",
        "Meet @ noon",
        "Follow up on T-42",
        "The payload of 🚀 :rocket: deploys",
        "لتجديد الشهادة \u202eabc",
        "`rm -rf` *bold* _it_ ~no~",
        "x" * TITLE_LIMIT,
    ],
    ids=lambda title: title[:30],
)
def test_other_words_belong_to_the_title(title: str) -> None:
    assert task(f"new {title}") == CreateTask(title)


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("Fish &amp; chips", "Fish & chips"),
        ("a &lt;b&gt; c", "a <b> c"),
        ("&amp;amp; &amp;lt;", "&amp; &lt;"),
        ("&lt;@U2BO&gt; said", "<@U2BO> said"),
        ("Tell <!channel>", "Tell <!channel>"),
        ("Read <https://x.io/?a=1&amp;b=2>", "Read https://x.io/?a=1&b=2"),
    ],
)
def test_slack_escaping_is_undone_once(text: str, title: str) -> None:
    assert task(f"new {text}") == CreateTask(title)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("", OpenTaskForm()),
        ("  ", OpenTaskForm()),
        ("new", OpenTaskForm()),
        ("<@U2BO>", OpenTaskForm(owner=BO)),
        ("new <@U2BO> by fri 17:00", OpenTaskForm(owner=BO, due_at=FRIDAY)),
        ("by fri", OpenTaskForm(due_at=FRIDAY)),
    ],
)
def test_missing_title_opens_a_prefilled_form(text: str, form: OpenTaskForm) -> None:
    assert task(text) == form


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("list", ListTasks()),
        ("LIST", ListTasks()),
        ("help", ShowHelp("task")),
        ("show T-42", ShowTask(42)),
        ("show t42", ShowTask(42)),
        ("T-42", ShowTask(42)),
        ("done T-42.", CompleteTask(42)),
        ("done", CompleteTask(None)),
        ("progress T-42 60", SetProgress(42, 60)),
        ("progress 60% t42", SetProgress(42, 60)),
        ("progress T-42 to 60 %", SetProgress(42, 60)),
        ("progress 0", SetProgress(None, 0)),
        ("progress 100", SetProgress(None, 100)),
    ],
)
def test_the_other_commands_are_understood(text: str, command: TaskCommand) -> None:
    assert task(text) == command


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("lsit", "Did you mean `/task list`?"),
        ("sohw T-1", "Did you mean `/task show T-1`?"),
        ("progres T-1 60%", "Did you mean `/task progress T-1 60%`?"),
        ("complete T-1", "`/task help`"),
        ("Groceries", "`/task new Groceries`"),
        ("show", "`/task show T-42`"),
        ("show 42", "Did you mean `/task show T-42`?"),
        ("done #42", "Did you mean `/task done T-42`?"),
        ("done T-1 T-2", "“T-2”"),
        ("done T-1 <@U2BO>", "`/relay @name T-42`"),
        ("done the dishes", "`/task new Done the dishes`"),
        ("list all invoices", "`/task new List all invoices`"),
        ("help me move", "`/task new Help me move`"),
        ("progress", "`/task progress T-42 60`"),
        ("progress T-42", "`/task progress T-42 60`"),
        ("progress T-42 101", "0 to 100"),
        ("progress T-42 -1", "0 to 100"),
        ("progress T-42 half", "0 to 100"),
        ("progress T-42 60 <@U2BO>", "0 to 100"),
        ("new Renew the cert due firday", "“firday” as a date. Write it like `due fri 17:00`"),
        ("new Renew due 2026-13-01 the cert", "“2026-13-01 the cert”"),
        ("new Renew by 2026-11-01", "“by 2026-11-01” means Sun 1 Nov 2026, 17:00 (Europe/Madrid)"),
        ("new Renew due today 9:00", "Wed 18 Nov 2026, 09:00 (Europe/Madrid), and that is over"),
        ("new Ask @bo.lee about it", "@bo.lee"),
        ("new Ask (@bo)", "pick the person from the list"),
        ("new Ask <!subteam^S1|@ops>", "@ops"),
        ("new Renew <@U2BO> <@U3>", "One owner at a time"),
    ],
)
def test_unclear_command_is_refused_with_a_suggestion(text: str, shown: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        task(text)

    assert shown in str(refused.value)


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("new Renew due firday", "due"),
        ("new Renew @bo", "owner"),
        ("new " + "x" * 300, "title"),
        ("progress 101", "progress"),
        ("show", "task"),
        ("lsit", None),
    ],
)
def test_refusal_names_its_field(text: str, field: str | None) -> None:
    with pytest.raises(InvalidInputError) as refused:
        task(text)

    assert refused.value.field == field


@pytest.mark.parametrize("length", [TITLE_LIMIT + 1, 40_000])
def test_a_long_title_is_refused_with_both_lengths(length: int) -> None:
    with pytest.raises(InvalidInputError, match=f"{length:,} characters, and {TITLE_LIMIT} fit"):
        task("new " + "x" * length)


def test_longest_title_may_have_a_date_and_a_person() -> None:
    title = "x" * TITLE_LIMIT

    understood = task(f"new {title} <@U2BO> before friday the 20th of november 2026 5:00 pm")

    assert understood == CreateTask(title, owner=BO, due_at=FRIDAY)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("<@U2BO>", RelayTask(None, BO)),
        ("<@U2BO|bo> T-42", RelayTask(42, BO)),
        ("t42 to <@U2BO>", RelayTask(42, BO)),
        ("To  <@U2BO> T-42, please", RelayTask(42, BO, "please")),
        ("<@U2BO> T-42 see T-41", RelayTask(42, BO, "see T-41")),
        ("<@U2BO> T-42 by 15:00", RelayTask(42, BO, answer_by=local(18, 15))),
        (
            "by 15:00 T-42 <@U2BO> keys &amp; all",
            RelayTask(42, BO, "keys & all", None, local(18, 15)),
        ),
        ("<@U2BO> the book by Tolkien", RelayTask(None, BO, "the book by Tolkien")),
        ("<@U2BO> see you on fri", RelayTask(None, BO, "see you on fri")),
        ("<@U2BO> it is due tomorrow", RelayTask(None, BO, "it is due tomorrow")),
        ("<@U2BO> help", RelayTask(None, BO, "help")),
        ("<@U2BO> T-42 --handshake", RelayTask(42, BO, mode=RelayMode.HANDSHAKE)),
        ("--Direct <@U2BO> T-42 hi", RelayTask(42, BO, "hi", RelayMode.DIRECT)),
        ("<@U2BO> hi —direct by 15:00", RelayTask(None, BO, "hi", RelayMode.DIRECT, local(18, 15))),
        ("<@U2BO> say --direct to them", RelayTask(None, BO, "say --direct to them")),
        ("<@U2BO> a direct answer", RelayTask(None, BO, "a direct answer")),
        ("help", ShowHelp("relay")),
        ("Help", ShowHelp("relay")),
    ],
)
def test_a_relay_is_understood_in_any_order(text: str, command: RelayCommand) -> None:
    assert relay(text) == command


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("", OpenRelayForm()),
        ("T-42", OpenRelayForm(42)),
        (
            "T-42 the keys are with Bo by 15:00",
            OpenRelayForm(42, None, "the keys are with Bo by 15:00"),
        ),
        ("help me with this", OpenRelayForm(note="help me with this")),
        ("T-42 hi --handshake", OpenRelayForm(42, None, "hi", RelayMode.HANDSHAKE)),
    ],
)
def test_missing_receiver_opens_a_form_with_the_text(text: str, form: OpenRelayForm) -> None:
    assert relay(text) == form


@pytest.mark.parametrize(
    ("text", "field", "shown"),
    [
        ("@bo T-42", "receiver", "@bo"),
        ("<@U2BO> <@U3> T-42", "receiver", "`/relay @ana T-42 Bo knows the details`"),
        ("<@U2BO> T-42 by 2026-11-01", "answer_by", "that is over"),
        ("<@U2BO> T-42 by today 09:00", "answer_by", "Wed 18 Nov 2026, 09:00 (Europe/Madrid)"),
        ("<@U2BO> " + "x" * 1001, "note", "1,001 characters, and 1,000 fit"),
        ("T-42 " + "x" * 1001, "note", "1,001 characters, and 1,000 fit"),
        ("<@U2BO> " + "x" * 40_000, "note", "40,000 characters"),
    ],
    ids=lambda value: value[:30],
)
def test_unclear_relay_is_refused_with_the_reason(text: str, field: str, shown: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        relay(text)

    assert refused.value.field == field
    assert shown in str(refused.value)


def test_longest_note_is_accepted() -> None:
    note = "x" * NOTE_LIMIT

    assert relay(f"<@U2BO> {note} by 15:00") == RelayTask(None, BO, note, None, local(18, 15))


PIECES = (
    *("new", "list", "show", "done", "progress", "help", "lsit", "T-42", "t1", "42", "60%", "#7"),
    *("<@U2BO>", "<@U2BO|bo>", "<@U3>", "<@", "<!channel>", "<https://x.io|x>", "<#C1|c>", "<>"),
    *("due", "due:", "by", "until", "before", "on", "fri", "17:00", "tomorrow", "in", "2h", "eod"),
    *("2026-11-01", "31 feb", "@bo", "a@b.c", "&amp;", "&lt;", "--direct", "--handshake", "to"),
    *("Renew", "the", "cert", "🚀", "\u202e", "\n", "\x00", "|", "`", "“"),
)
TEXTS = st.text(max_size=300) | st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join)


def answer(parse: Callable[[str], object], text: str) -> object:
    """Return the command, or the text of the refusal."""
    try:
        return parse(text)
    except InvalidInputError as refused:
        return str(refused)


@given(text=TEXTS)
@settings(max_examples=400)
def test_any_text_is_a_task_command_or_refused_in_words(text: str) -> None:
    assert isinstance(answer(task, text), (str, *get_args(TaskCommand)))


@given(text=TEXTS)
@settings(max_examples=400)
def test_any_text_is_a_relay_command_or_refused_in_words(text: str) -> None:
    assert isinstance(answer(relay, text), (str, *get_args(RelayCommand)))


@given(text=TEXTS)
@settings(max_examples=200)
def test_parsed_task_has_a_title_and_a_future_date(text: str) -> None:
    understood = answer(task, f"new {text}")

    assert isinstance(understood, CreateTask | OpenTaskForm | str)
    if isinstance(understood, CreateTask):
        assert 0 < len(understood.title) <= TITLE_LIMIT
        assert understood.title == " ".join(understood.title.split())
        assert understood.due_at is None or understood.due_at > NOW


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        *("x", "x ", "1", "T", "T-", "T-1 ", "@", "<", ">", "<@U", "<@U2BO", "<@U2BO> ", "<@U2BO|"),
        *("by ", "by fri ", "by 31 feb ", "on yesterday ", "due ", "due: ", "due:", "in 1h ", "1 "),
        *(
            "to ",
            "to",
            " ",
            "\n",
            "--direct ",
            "&amp;",
            "&",
            "progress ",
            "<https://x",
            "|",
            "2026-",
        ),
    ],
)
@pytest.mark.parametrize("start", ["", "new ", "show ", "progress ", "<@U2BO> "])
@pytest.mark.parametrize("parse", [task, relay])
def test_very_long_input_gets_a_short_answer_at_once(
    parse: Callable[[str], object], start: str, text: str
) -> None:
    understood = answer(parse, start + text * (40_000 // len(text)))

    assert len(str(understood)) < NOTE_LIMIT + 200
