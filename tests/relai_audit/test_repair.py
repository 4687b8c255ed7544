"""What was damaged on purpose is found, mended once, and found no more."""

from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus

from relai_audit.findings import FindingKind
from relai_core.domain.changes import RelayExpired
from relai_core.domain.ids import RequestId
from relai_core.domain.notice import Notice, NoticeKind
from relai_core.domain.relay import RelayEnd, RelayMode
from relai_core.domain.user import User
from relai_core.errors import TransientMessengerError
from tests.relai_audit.conftest import Auditor
from tests.relai_core.builders import ANA, BEN, CLEO, TEAM, a_new_task
from tests.relai_workflows.lives import Asked, HandOver, begin, create
from tests.relai_workflows.stage import Stage


async def test_a_lost_life_begins_again_and_nobody_gets_a_second_card(
    stage: Stage, auditor: Auditor
) -> None:
    life = await create(stage, owner=BEN)
    await terminate(life)

    report = await auditor.look_and_repair()

    assert [each.kind for each in report.findings] == [FindingKind.TASK_WITHOUT_WORKFLOW]
    assert report.is_clean
    assert await auditor.finds() == []
    await life.carry_out(life.says.completed(BEN))
    await life.handle.result()
    assert stage.readers(NoticeKind.TASK_ASSIGNED) == [BEN]
    assert stage.readers(NoticeKind.TASK_CREATED) == []
    assert stage.readers(NoticeKind.TASK_COMPLETED) == [ANA]


async def test_a_card_that_was_never_sent_comes_with_the_new_life(
    stage: Stage, auditor: Auditor
) -> None:
    stage.messenger.down = TransientMessengerError("service_unavailable")
    life = await begin(stage, a_new_task(owner=BEN))
    await life.ask(life.new.request_id)
    await terminate(life)
    stage.messenger.down = None

    await auditor.look_and_repair()

    assert stage.readers(NoticeKind.TASK_ASSIGNED) == [BEN]


async def test_a_task_that_was_handed_over_gives_no_first_card(
    stage: Stage, auditor: Auditor
) -> None:
    life = await create(stage)
    relay = await life.hand_over()
    await relay.carry_out(relay.accepted())
    await relay.end()
    told = len(stage.messenger.messages)
    await terminate(life)

    await auditor.look_and_repair()

    assert await auditor.finds() == []
    assert len(stage.messenger.messages) == told
    assert (await life.carry_out(life.says.completed(BEN))).refusal is None


@pytest.mark.parametrize("mode", RelayMode)
async def test_a_lost_hand_over_takes_its_answer_again(
    stage: Stage, auditor: Auditor, mode: RelayMode
) -> None:
    relay = await (await create(stage)).hand_over(mode=mode)
    await terminate(relay)

    report = await auditor.look_and_repair()

    assert [each.kind for each in report.findings] == [FindingKind.RELAY_WITHOUT_WORKFLOW]
    assert await auditor.finds() == []
    await relay.carry_out(relay.accepted())
    assert await relay.end() is RelayEnd.ACCEPTED
    assert stage.readers(NoticeKind.RELAY_OFFERED) == [BEN]
    assert stage.readers(NoticeKind.RELAY_SENT) == []
    assert stage.readers(NoticeKind.RELAY_ENDED) == [ANA]


async def test_a_lost_hand_over_to_someone_who_left_goes_back(
    stage: Stage, auditor: Auditor
) -> None:
    """Its sender must not wait for nobody, nor hear that it was refused."""
    relay = await (await create(stage)).hand_over()
    await terminate(relay)
    stage.directory.put(User(team_id=TEAM, id=BEN, name="ben", deleted=True))

    await auditor.look_and_repair()
    await stage.advance(relay.handle, 2 * relay.start.window)

    assert await relay.end() is RelayEnd.RETURNED
    assert stage.readers(NoticeKind.RELAY_ENDED) == [ANA]
    assert stage.readers(NoticeKind.REQUEST_REFUSED) == []


async def test_a_sender_who_was_not_told_how_it_ended_is_told_once(
    stage: Stage, auditor: Auditor
) -> None:
    life = await create(stage)
    relay = await life.hand_over()
    await terminate(relay)
    await stage.store.tasks.apply(expired(relay))

    report = await auditor.look_and_repair()
    await auditor.repair(report)

    assert [each.kind for each in report.findings] == [FindingKind.NOBODY_TOLD]
    assert stage.readers(NoticeKind.RELAY_ENDED) == [ANA]
    assert await auditor.finds() == []


async def test_a_sender_who_ended_it_needs_no_word(stage: Stage, auditor: Auditor) -> None:
    relay = await (await create(stage)).hand_over()
    await relay.carry_out(relay.withdrawn())
    await relay.end()

    assert await auditor.finds() == []


async def test_who_was_not_told_that_a_task_is_done_is_told_once(
    stage: Stage, auditor: Auditor
) -> None:
    life = await create(stage, owner=BEN)
    relay = await life.hand_over(CLEO, BEN)
    await relay.carry_out(relay.accepted(CLEO))
    await relay.end()
    await terminate(life)
    await stage.store.tasks.apply(life.says.completed(CLEO))

    report = await auditor.look_and_repair()
    await auditor.repair(report)

    assert [each.kind for each in report.findings] == [FindingKind.NOBODY_TOLD] * 2
    assert sorted(stage.readers(NoticeKind.TASK_COMPLETED)) == [ANA, BEN]
    assert await auditor.finds() == []
    description = await life.handle.describe()
    assert description.status is WorkflowExecutionStatus.COMPLETED


async def test_a_notice_that_nobody_sends_any_more_is_sent(stage: Stage, auditor: Auditor) -> None:
    life = await create(stage, owner=BEN)
    lost = a_lost_notice(NoticeKind.TASK_TAKEN_BACK, recipient=BEN, task_id=life.new.id)
    await stage.store.notices.plan(lost, lost.planned_at)

    report = await auditor.look_and_repair()

    assert [(each.kind, each.subject) for each in report.findings] == [
        (FindingKind.NOTICE_ABANDONED, lost.key)
    ]
    assert stage.readers(NoticeKind.TASK_TAKEN_BACK) == [BEN]
    assert await auditor.finds() == []


async def test_a_newcomers_notice_is_left_to_a_person(stage: Stage, auditor: Auditor) -> None:
    lost = a_lost_notice(NoticeKind.WELCOME, recipient=CLEO)
    await stage.store.notices.plan(lost, lost.planned_at)

    report = await auditor.look_and_repair()

    assert [each.is_mended for each in report.repairs] == [False]
    assert not report.is_clean
    assert stage.messenger.messages == []


async def test_everything_at_once_is_mended_once(stage: Stage, auditor: Auditor) -> None:
    """Terminated as by a lost namespace, in the middle of hand-overs; and two mend it."""
    lives = [await create(stage, owner=BEN) for _ in range(3)]
    relays = [await life.hand_over(CLEO, BEN) for life in lives]
    for each in (*lives, *relays):
        await terminate(each)
    told = len(stage.messenger.messages)

    report = await auditor.look()
    await auditor.repair(report)
    await auditor.repair(report)

    assert len(report.findings) == 6
    assert await auditor.finds() == []
    assert len(stage.messenger.messages) == told


async def terminate(asked: Asked) -> None:
    """End a workflow as no program of ours does, in the middle of whatever it does."""
    await asked.handle.terminate("damage")
    await asked.stage.ended(asked.handle)


def expired(relay: HandOver) -> RelayExpired:
    """What its workflow would have done."""
    return RelayExpired(
        id=RequestId(f"{relay.start.relay_id}-expired"),
        task_id=relay.start.task_id,
        at=datetime.now(UTC),
        relay_id=relay.start.relay_id,
    )


def a_lost_notice(kind: NoticeKind, **fields: Any) -> Notice:
    return Notice(team_id=TEAM, kind=kind, moment="m", planned_at=datetime.now(UTC), **fields)
