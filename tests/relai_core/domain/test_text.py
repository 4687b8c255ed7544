"""Slack's text made plain: mentions out, links readable, escaping undone once."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relai_core.domain.text import read_command_text, shorten, unescape


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<https://x.io/a>", "https://x.io/a"),
        ("<http://x.io|x.io>", "x.io"),
        ("<https://x.io/a|the docs>", "the docs (https://x.io/a)"),
        ("<https://x.io/?a=1&amp;b=2>.", "https://x.io/?a=1&b=2."),
        ("<mailto:a@b.c|a@b.c>", "a@b.c"),
        ("<mailto:a@b.c>", "a@b.c"),
        ("<tel:+4930123|030 123>", "030 123 (+4930123)"),
        ("<#C1|general>", "#general"),
        ("<#C1|>", "<#C1|>"),
        ("<#C1>", "<#C1>"),
        ("<!here>", "<!here>"),
        ("<!subteam^S1|@ops>", "@ops"),
        ("<!subteam^S1>", "<!subteam^S1>"),
        ("<@bo>", "<@bo>"),
        ("<div>", "<div>"),
        ("a < b > c", "a < b > c"),
        ("<>", "<>"),
        ("a &lt;b&gt; &amp;lt;", "a <b> &lt;"),
    ],
)
def test_markup_becomes_readable_text(text: str, words: str) -> None:
    assert " ".join(read_command_text(text).words) == words


@pytest.mark.parametrize(
    ("text", "mentions"),
    [
        ("<@U1>", ("U1",)),
        ("<@W1|ana>:", ("W1",)),
        ("<@U2> and <@U1> and <@U2|bo>", ("U2", "U1")),
        ("&lt;@U1&gt;", ()),
        ("<@u1>", ()),
        ("@U1", ()),
    ],
)
def test_mentions_are_listed_once_and_in_order(text: str, mentions: tuple[str, ...]) -> None:
    assert read_command_text(text).mentions == mentions


def test_punctuation_after_a_mention_is_dropped() -> None:
    assert read_command_text("<@U1>: renew, <@U2>, it").words == ("renew,", "it")


@given(text=st.text())
def test_unescaping_undoes_one_escaping(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    assert unescape(escaped) == text


@given(text=st.text())
def test_escaped_text_holds_no_mention(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    assert read_command_text(escaped) == (tuple(text.split()), ())


@given(text=st.text(max_size=100))
def test_shortened_text_fits_its_limit(text: str) -> None:
    assert len(shorten(text, 10)) <= 10
