"""Every builder stays within Slack's limits for any input that the domain allows."""

from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from relai_core.blockkit import answers, notices, relays, tasks
from relai_core.blockkit.elements import section
from relai_core.domain.decisions import RefusalReason
from relai_core.domain.ids import SlackUserId, TokenName
from relai_core.domain.notice import NoticeKind
from relai_core.domain.relay import NOTE_LIMIT, Relay, RelayEnd, RelayMode
from relai_core.domain.task import DESCRIPTION_LIMIT, TITLE_LIMIT, Task, TaskStatus
from relai_core.ports import Message
from tests.relai_core.blockkit import builders, oracle
from tests.relai_core.blockkit.builders import ANA, BO, people, texts

# Long texts are slow to make, not slow to render.
any_input = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=60)


def problems(message: Message) -> list[str]:
    return oracle.message_problems(message.text, message.blocks)


@any_input
@given(st.sampled_from(NoticeKind), builders.tasks, builders.relays, people, builders.moments)
def test_any_notice_can_be_posted(
    kind: NoticeKind, task: Task, relay: Relay, viewer: SlackUserId, now: datetime
) -> None:
    if kind is NoticeKind.RELAY_ENDED and relay.end is None:
        relay = builders.an_ended_relay(RelayEnd.DECLINED, reason=relay.reason)
    task = task.model_copy(update={"relay": relay}) if kind.startswith("relay") else task
    notice = builders.a_notice(kind, viewer)

    assert problems(notices.notice_message(notice, task, relay, now=now)) == []


@any_input
@given(st.sampled_from(RefusalReason), builders.tasks, st.none() | builders.relays, people)
def test_any_refusal_can_be_posted(
    reason: RefusalReason, task: Task, relay: Relay | None, viewer: SlackUserId
) -> None:
    text = answers.refusal_text(reason, task, relay, viewer)

    assert oracle.message_problems(text, [section(text)]) == []


@any_input
@given(builders.tasks, people)
def test_any_card_can_be_posted(task: Task, viewer: SlackUserId) -> None:
    assert problems(tasks.task_card(task, viewer)) == []
    assert problems(tasks.task_created(task, viewer)) == []


@any_input
@given(builders.tasks, builders.relays)
def test_any_hand_over_can_be_posted_to_its_sender(task: Task, relay: Relay) -> None:
    assert problems(relays.relay_sent(task, relay)) == []


@any_input
@given(builders.tasks, st.integers(0, 150), st.integers(0, 150), st.integers(0, 150))
def test_a_list_of_any_length_can_be_posted(task: Task, offered: int, own: int, new: int) -> None:
    def many(count: int, prefix: str) -> list[Task]:
        return [task.model_copy(update={"id": f"{prefix}{n}"}) for n in range(count)]

    message = tasks.task_list(many(offered, "a"), many(own, "b"), many(new, "c"), ANA)

    assert problems(message) == []


@any_input
@given(texts(6000), texts(5000))
def test_any_text_can_be_given_back(error_text: str, typed: str) -> None:
    assert problems(answers.not_saved(f"Sorry. {error_text}", typed)) == []


@any_input
@given(texts(6000), texts(6000), st.none() | people, st.none() | builders.moments)
def test_any_task_form_can_be_opened(
    title: str, description: str, owner: SlackUserId | None, due_at: datetime | None
) -> None:
    view = tasks.task_form(title=title, description=description, owner=owner, due_at=due_at)

    assert oracle.view_problems(view) == []


@any_input
@given(builders.tasks, st.integers(0, 120), st.sampled_from(RelayMode), texts(3000))
def test_any_relay_form_can_be_opened(task: Task, count: int, mode: RelayMode, note: str) -> None:
    many = [task.model_copy(update={"id": f"T1-{n}"}) for n in range(count)]

    view = relays.relay_form(many, task_id=many[-1].id if many else None, mode=mode, note=note)

    assert oracle.view_problems(view) == []


@any_input
@given(texts(TITLE_LIMIT))
def test_any_decline_form_can_be_opened(title: str) -> None:
    assert oracle.view_problems(relays.decline_form(builders.RELAY_ID, title)) == []


def test_longest_texts_fit_into_an_offer() -> None:
    for mark in ("&", "<", "\n", "a"):
        relay = builders.a_relay(note=(mark + "x") * (NOTE_LIMIT // 2))
        task = builders.a_task_with(
            relay, title=mark * TITLE_LIMIT, description=mark * DESCRIPTION_LIMIT
        )
        notice = builders.a_notice(NoticeKind.RELAY_OFFERED, BO)

        assert problems(notices.notice_message(notice, task, relay, now=builders.NOW)) == []


@pytest.mark.parametrize("kind", [kind for kind in NoticeKind if kind.is_card])
@pytest.mark.parametrize("end", RelayEnd)
@pytest.mark.parametrize("status", TaskStatus)
def test_longest_texts_fit_into_every_card_after_any_end(
    kind: NoticeKind, end: RelayEnd, status: TaskStatus
) -> None:
    token = TokenName("&" * 40)
    relay = builders.an_ended_relay(end, reason="&" * NOTE_LIMIT, via=token)
    task = builders.a_closed_task(
        relay=relay, status=status, title="&" * TITLE_LIMIT, number=10**9, closed_via=token
    )
    for viewer in (ANA, BO):
        notice = builders.a_notice(kind, viewer)

        assert problems(notices.notice_message(notice, task, relay, now=builders.NOW)) == []


def test_help_can_be_shown() -> None:
    assert [problem for topic in ("task", "relay") for problem in _help(topic)] == []


def _help(topic: str) -> list[str]:
    return problems(answers.help_message("task" if topic == "task" else "relay"))
