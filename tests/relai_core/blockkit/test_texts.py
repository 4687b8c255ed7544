"""Sentences that people read, and their own text quoted in them."""

from datetime import timedelta
from typing import Any

import pytest

from relai_core.blockkit import answers, relays, tasks
from relai_core.blockkit.elements import (
    due_text,
    elapsed,
    inline,
    plain,
    quote,
    through,
    title_of,
    verbatim,
)
from relai_core.blockkit.ids import CallbackId, InputId
from relai_core.domain.decisions import RefusalReason
from relai_core.domain.ids import ChannelId, TokenName
from relai_core.domain.relay import RelayEnd, RelayMode
from tests.relai_core.blockkit.builders import (
    ANA,
    BO,
    CI,
    CY,
    NOW,
    RELAY_ID,
    a_closed_task,
    a_relay,
    a_task,
    a_task_with,
    an_ended_relay,
)


@pytest.mark.parametrize("title", ["<!channel>", "<@U1>", "<http://evil|bank.com>", "a & b"])
def test_a_title_neither_mentions_nor_links(title: str) -> None:
    shown = title_of(a_task(title=title))

    assert title not in shown
    assert title.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") in shown


def test_right_to_left_title_is_isolated() -> None:
    assert title_of(a_task(title="\u202eשלם\u2069")) == "T-42 *\u2068שלם\u2069*"


def test_a_cut_text_never_ends_in_half_an_entity() -> None:
    for limit in range(10, 30):
        shown = inline("&" * 50, limit)
        assert shown.strip("\u2068\u2069").removesuffix("…").replace("&amp;", "") == ""
        assert len(shown) <= limit


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("ci", "`ci`"),
        ("build-2.prod_eu", "`build-2.prod_eu`"),
        ("<!channel>", "`&lt;!channel&gt;`"),
        ("a` *b* `c", "`a' *b* 'c`"),
        ("two\nlines", "`two lines`"),
        ("\u202eic", "`ic`"),
        ("&" * 40, f"`{'&amp;' * 7}…`"),
    ],
)
def test_token_name_is_escaped_as_code(name: str, shown: str) -> None:
    assert through(TokenName(name)) == f" (through {shown})"


def test_quoted_text_is_complete() -> None:
    raw = "\n".join(f"line {n} & more" for n in range(100))

    quoted = "\n".join(block["text"]["text"] for block in quote(raw, 10_000))

    assert quoted == "\n".join(f"> line {n} &amp; more" for n in range(100))


def test_plain_text_drops_direction_marks() -> None:
    assert plain("\u202eon\n leave\u2069", 100)["text"] == "on leave"


def test_quoted_text_drops_direction_marks() -> None:
    (block,) = quote("\u202eon leave\u2069", 100)

    assert block["text"]["text"] == "> on leave"


@pytest.mark.parametrize("command", ["/<!channel>", "/a` *b* `c"])
def test_unknown_command_is_escaped(command: str) -> None:
    shown = answers.unknown_command(command).text

    assert command not in shown
    assert shown.startswith("RelAI does not know `/")


def test_typed_text_comes_back_exactly() -> None:
    typed = "/task new ```<@U1|bo>``` & \n\t *x* " + "é" * 4900

    shown = verbatim(typed)

    assert "".join(block["text"]["text"] for block in shown) == typed
    assert {block["text"]["type"] for block in shown} == {"plain_text"}


def test_date_is_shown_in_the_zone_of_its_reader() -> None:
    assert due_text(NOW) == ("<!date^1795780800^{date_short_pretty} {time}|2026-11-27 12:00 UTC>")


@pytest.mark.parametrize(
    ("end", "reason", "said"),
    [
        (RelayEnd.ACCEPTED, "", f"<@{BO}> accepted"),
        (RelayEnd.DECLINED, "on leave", "“\u2068on leave\u2069”. It is yours again."),
        (RelayEnd.DECLINED, "", "It is yours again."),
        (RelayEnd.RETURNED, "", "did not answer by"),
        (RelayEnd.RETURNED, "deactivated", "the account is deactivated"),
        (RelayEnd.RETURNED, "cannot_dm_bot", "cannot_dm_bot"),
        (RelayEnd.WITHDRAWN, "", "was taken back"),
        (RelayEnd.UNANSWERED, "", f"<@{BO}> still owns it; you can take it back"),
    ],
)
def test_a_sender_is_told_of_each_end(end: RelayEnd, reason: str, said: str) -> None:
    relay = an_ended_relay(end, reason=reason)

    assert said in relays.relay_ended_text(a_task_with(relay), relay)


def test_open_relay_has_no_end_text() -> None:
    with pytest.raises(ValueError, match="has not ended"):
        relays.relay_ended_text(a_task(), a_relay())


def test_handshake_sender_reads_that_the_task_stays() -> None:
    relay = a_relay(mode=RelayMode.HANDSHAKE)

    assert "*You still own it*" in relays.relay_sent(a_task_with(relay), relay).text


def test_return_to_an_earlier_owner_is_pointed_out() -> None:
    relay = a_relay()
    task = a_task_with(relay, hops=(ANA, BO, CY, ANA, BO))

    assert "has held this task before" in str(relays.relay_sent(task, relay).blocks)


def test_first_hand_over_has_no_warning() -> None:
    relay = a_relay()

    assert "⚠️" not in str(relays.relay_sent(a_task_with(relay), relay).blocks)


def test_a_fourth_hop_is_pointed_out() -> None:
    relay = a_relay()

    shown = relays.relay_sent(a_task_with(relay, relay_count=4), relay).blocks

    assert "hand-over number 4" in str(shown)


def test_refusal_names_the_closer_and_the_time() -> None:
    text = answers.refusal_text(RefusalReason.TASK_CLOSED, a_closed_task(), None, ANA)

    assert f"was already completed by <@{BO}> (<!date^" in text


def test_refusal_after_an_own_click_says_you() -> None:
    text = answers.refusal_text(RefusalReason.TASK_CLOSED, a_closed_task(), None, BO)

    assert "completed by you" in text


def test_refusal_names_the_token_used_in_your_name() -> None:
    task = a_closed_task(closed_via=CI)

    text = answers.refusal_text(RefusalReason.TASK_CLOSED, task, None, BO)

    assert "completed by you (through `ci`) (<!date^" in text


@pytest.mark.parametrize("mode", RelayMode)
def test_sent_message_names_the_token(mode: RelayMode) -> None:
    relay = a_relay(mode=mode, via=CI)

    text = relays.relay_sent(a_task_with(relay), relay).text

    assert text.endswith("It was handed over in your name through `ci`.")


@pytest.mark.parametrize("end", RelayEnd)
def test_end_message_names_the_token(end: RelayEnd) -> None:
    """The message about the opening may have been edited before the sender saw it."""
    relay = an_ended_relay(end, via=CI)

    text = relays.relay_ended_text(a_task_with(relay), relay)

    assert text.count("in your name through `ci`") == 1


def test_hand_over_without_a_token_names_no_token() -> None:
    relay = a_relay()

    assert "through" not in relays.relay_sent(a_task_with(relay), relay).text


def test_refusal_names_the_end_of_the_hand_over() -> None:
    relay = an_ended_relay(RelayEnd.WITHDRAWN)

    text = answers.refusal_text(RefusalReason.RELAY_ENDED, a_task_with(relay), relay, BO)

    assert "was taken back" in text
    assert f"The task is with <@{ANA}>" in text


def test_a_list_shows_a_task_once() -> None:
    """A task handed over directly is owned already, and still to be accepted."""
    task = a_task_with(a_relay())

    message = tasks.task_list([task], [task], [], BO)

    assert message.text == "1 to accept, 0 yours, 0 waiting on others."


def test_long_list_counts_the_omitted_tasks() -> None:
    many = [a_task(id=f"T1-{n}") for n in range(150)]

    message = tasks.task_list([], many, [], ANA)

    assert f"… and {150 - tasks.ROWS_SHOWN} more" in str(message.blocks)


def test_empty_list_suggests_task_new() -> None:
    assert "`/task new`" in tasks.task_list([], [], [], ANA).text


def inputs(view: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"
    }


def test_task_form_is_prefilled() -> None:
    view = tasks.task_form(title="Renew", owner=BO, due_at=NOW, channel=ChannelId("C1"))
    fields = inputs(view)

    assert fields[InputId.TITLE]["initial_value"] == "Renew"
    assert fields[InputId.OWNER]["initial_user"] == BO
    assert fields[InputId.DUE]["initial_date_time"] == int(NOW.timestamp())
    assert view["private_metadata"] == "C1"
    assert view["callback_id"] == CallbackId.TASK_FORM


def test_relay_form_offers_the_chosen_task_of_many() -> None:
    many = [a_task(id=f"T1-{n}", number=n + 1) for n in range(150)]

    view = relays.relay_form(many, task_id=many[-1].id, mode=RelayMode.DIRECT)

    assert inputs(view)[InputId.TASK]["initial_option"]["value"] == "T1-149"


def test_relay_form_without_tasks_has_no_submit_button() -> None:
    view = relays.relay_form([], mode=RelayMode.DIRECT)

    assert "submit" not in view
    assert "nothing to hand over" in str(view["blocks"])


def test_decline_form_requires_a_reason() -> None:
    view = relays.decline_form(RELAY_ID, "Renew")

    assert view["private_metadata"] == RELAY_ID
    assert [block["optional"] for block in view["blocks"] if block["type"] == "input"] == [False]


def test_every_input_uses_its_name_as_action_id() -> None:
    form = relays.relay_form([a_task()], mode=RelayMode.DIRECT)

    assert all(element["action_id"] == name for name, element in inputs(form).items())


def test_typed_text_is_given_back_with_the_reason() -> None:
    message = answers.not_saved("MongoDB can't be reached.", "/task new Renew <it>")

    assert message.blocks[1]["text"]["text"] == "/task new Renew <it>"


def test_lateness_is_shown_in_words() -> None:
    assert [elapsed(timedelta(minutes=m)) for m in (5, 59, 60, 47 * 60, 48 * 60)] == [
        *("5 min", "59 min", "1 h", "47 h", "2 days")
    ]
