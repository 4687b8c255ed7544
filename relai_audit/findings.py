"""What an audit can find, what it means, and what to do about it."""

from enum import StrEnum
from typing import NamedTuple

from pydantic import Field

from relai_core.domain.ids import TeamId
from relai_core.domain.model import Model
from relai_core.domain.notice import Notice


class FindingKind(StrEnum):
    """What is wrong."""

    TASK_WITHOUT_WORKFLOW = "task_without_workflow"
    RELAY_WITHOUT_WORKFLOW = "relay_without_workflow"
    RELAY_IN_LIMBO = "relay_in_limbo"
    WORKFLOW_WITHOUT_SUBJECT = "workflow_without_subject"
    WORKFLOW_OUTLIVES_SUBJECT = "workflow_outlives_subject"
    WORKFLOW_STUCK = "workflow_stuck"
    TRAIL_BROKEN = "trail_broken"
    TASK_LOST = "task_lost"
    SUMS_DIFFER = "sums_differ"
    NOBODY_TOLD = "nobody_told"
    NOTICE_LATE = "notice_late"
    NOTICE_ABANDONED = "notice_abandoned"
    NOTICE_AMBIGUOUS = "notice_ambiguous"


class Advice(NamedTuple):
    """What a finding means, and what its reader does."""

    meaning: str
    remedy: str


ADVICE: dict[FindingKind, Advice] = {
    FindingKind.TASK_WITHOUT_WORKFLOW: Advice(
        "The task is open, but no workflow looks after it: no reminders come, "
        "and nobody can complete or edit it.",
        "Run with --repair: it starts the workflow again. Find out who terminated it.",
    ),
    FindingKind.RELAY_WITHOUT_WORKFLOW: Advice(
        "The hand-over waits for an answer, but no workflow takes one, and none will end it.",
        "Run with --repair: it is looked after again. If its time is half over, it begins anew.",
    ),
    FindingKind.RELAY_IN_LIMBO: Advice(
        "The time to answer is over, a workflow is there, and yet the hand-over has not ended.",
        "See that a worker runs and that Slack answers: the window of who is asked late begins "
        "anew. If both do, open the workflow in the Temporal UI.",
    ),
    FindingKind.WORKFLOW_WITHOUT_SUBJECT: Advice(
        "A workflow runs for a task or a hand-over that the store does not hold. Either it could "
        "not be created yet, or its document is gone.",
        "If the store was away, wait. Is MONGODB_DATABASE the right one? If a document is gone, "
        "restore it from a backup; only if nobody wants it, terminate the workflow.",
    ),
    FindingKind.WORKFLOW_OUTLIVES_SUBJECT: Advice(
        "The task or the hand-over is over, but its workflow still runs, as a rule because a "
        "message can't be sent.",
        "Wait if Slack is away. If nothing is pending in the Temporal UI, terminate the workflow.",
    ),
    FindingKind.WORKFLOW_STUCK: Advice(
        "A step fails again and again; what comes after it waits.",
        "Mend what the failure names. The step is tried on by itself, and nothing is lost. "
        "A failing workflow task means that the worker's code does not fit: go back a version.",
    ),
    FindingKind.TRAIL_BROKEN: Advice(
        "The task and its trail contradict each other. The program writes both at once, so "
        "somebody else wrote, or a restored backup is incomplete.",
        "Nothing mends this safely. Compare with a backup, and restore task, events and "
        "hand-overs of one instant.",
    ),
    FindingKind.TASK_LOST: Advice(
        "There is a trail, but no task. The program never deletes one.",
        "Restore the document from a backup, in `tasks` or in `tasks_archive`.",
    ),
    FindingKind.SUMS_DIFFER: Advice(
        "What the trail says was created or handed over is not what the store holds.",
        "Restore `tasks`, `relays` and `task_events` from one backup; other findings say which.",
    ),
    FindingKind.NOBODY_TOLD: Advice(
        "A hand-over has ended or a task was closed, the workflow that tells it is gone, and by "
        "the ledger somebody was not told.",
        "Run with --repair: the person is told.",
    ),
    FindingKind.NOTICE_LATE: Advice(
        "A message should have been sent some time ago. A workflow is still trying.",
        "Wait if Slack is away or many messages are due: a person gets one a second at most.",
    ),
    FindingKind.NOTICE_ABANDONED: Advice(
        "A message was planned and is not there for certain, and no workflow is trying.",
        "Run with --repair: it is looked for in the conversation, and sent if it is not there. "
        "One about a newcomer can't be re-planned: tell the person yourself.",
    ),
    FindingKind.NOTICE_AMBIGUOUS: Advice(
        "Slack may or may not have taken a message: its answer was lost, and the history of the "
        "conversation did not settle it yet.",
        "If a workflow is trying, wait. Nobody tries a reminder again that may have been seen: "
        "ask the person whether they have it.",
    ),
}
"""What is said of each kind."""


class Finding(Model):
    """Something wrong, seen twice.

    `subject` is the id of what it is about; `notice` what should have been said, if that is it.
    """

    kind: FindingKind
    team_id: TeamId
    subject: str
    detail: str
    notice: Notice | None = Field(default=None, exclude=True, repr=False)
