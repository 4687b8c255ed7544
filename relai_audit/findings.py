"""What an audit can find, what it means, and what to do about it."""

from enum import StrEnum
from typing import NamedTuple

from pydantic import Field

from relai_core.domain.ids import TeamId
from relai_core.domain.model import Model
from relai_core.domain.notice import Notice


class FindingKind(StrEnum):
    """What is wrong."""

    NO_WORKER = "no_worker"
    DOCUMENT_UNSOUND = "document_unsound"
    TASK_MISFILED = "task_misfiled"
    TASK_WITHOUT_WORKFLOW = "task_without_workflow"
    RELAY_WITHOUT_WORKFLOW = "relay_without_workflow"
    RELAY_IN_LIMBO = "relay_in_limbo"
    WORKFLOW_WITHOUT_SUBJECT = "workflow_without_subject"
    WORKFLOW_OUTLIVES_SUBJECT = "workflow_outlives_subject"
    WORKFLOW_STUCK = "workflow_stuck"
    WORKFLOW_ELSEWHERE = "workflow_elsewhere"
    REQUEST_BROKEN_OFF = "request_broken_off"
    TRAIL_BROKEN = "trail_broken"
    TASK_LOST = "task_lost"
    SUMS_DIFFER = "sums_differ"
    NOBODY_TOLD = "nobody_told"
    NOTICE_LATE = "notice_late"
    NOTICE_ABANDONED = "notice_abandoned"
    NOTICE_AMBIGUOUS = "notice_ambiguous"
    NOTICE_FAILED = "notice_failed"


class Advice(NamedTuple):
    """What a finding means, and what its reader does."""

    meaning: str
    remedy: str


ADVICE: dict[FindingKind, Advice] = {
    FindingKind.NO_WORKER: Advice(
        "Nobody carries out what is saved on this task queue: no task is created, no reminder "
        "comes. Nothing is lost by that.",
        "Start a worker. If one runs, put TEMPORAL_TASK_QUEUE right, here or there.",
    ),
    FindingKind.DOCUMENT_UNSOUND: Advice(
        "A document can't be read. The program writes none like that. Everything else in this "
        "report passes over it.",
        "Compare it with a backup, and restore it. After an upgrade, run that version's audit.",
    ),
    FindingKind.TASK_MISFILED: Advice(
        "What lists go by (open, due_order, given, offered) contradicts the task itself, so it is "
        "in a wrong list, or in none. The program writes both at once; somebody else wrote too.",
        "--repair writes it anew, as it follows from the task. Then audit again: a task that was "
        "taken for closed is looked at only now.",
    ),
    FindingKind.TASK_WITHOUT_WORKFLOW: Advice(
        "The task is open, but no workflow looks after it: no reminders come, "
        "and nobody can complete or edit it.",
        "--repair takes the workflow up where it was, or else begins it anew. If its last run "
        "ended as it should, a backup was restored: some messages may come a second time.",
    ),
    FindingKind.RELAY_WITHOUT_WORKFLOW: Advice(
        "The hand-over waits for an answer, but no workflow takes one, and none will end it.",
        "--repair takes the workflow up where it was, or else begins it anew. If it begins anew, "
        "and the time to answer is over, that begins anew too.",
    ),
    FindingKind.RELAY_IN_LIMBO: Advice(
        "The time to answer is over, a workflow is there, and yet the hand-over has not ended.",
        "See that a worker runs and that Slack answers: the window of who is asked late begins "
        "anew. If both do, open the workflow in the Temporal UI.",
    ),
    FindingKind.WORKFLOW_WITHOUT_SUBJECT: Advice(
        "A workflow runs for a task or a hand-over that the store does not hold. It is saved, but "
        "could not be created yet; or its document is gone.",
        "If the store or the workers were away, wait. Is MONGODB_DATABASE the right one? If a "
        "document is gone, restore it from a backup.",
    ),
    FindingKind.WORKFLOW_OUTLIVES_SUBJECT: Advice(
        "The task or the hand-over is over, but its workflow still runs and does nothing, as a "
        "rule because a message can't be sent.",
        "Wait if Slack is away: it ends by itself once everybody is told. Only if nothing is "
        "pending in the Temporal UI, and nobody is listed here as not told, terminate it.",
    ),
    FindingKind.WORKFLOW_STUCK: Advice(
        "A step fails again and again; what comes after it waits.",
        "Mend what the failure names. The step is tried on by itself, and nothing is lost. "
        "A failing workflow task means that the worker's code does not fit: go back a version.",
    ),
    FindingKind.WORKFLOW_ELSEWHERE: Advice(
        "The workflow of an open task or hand-over runs, but on a task queue of other workers.",
        "Start a worker there. If nobody meant it to run there, terminate it and run with "
        "--repair on the right one.",
    ),
    FindingKind.REQUEST_BROKEN_OFF: Advice(
        "A workflow was ended from outside before it had carried out what was asked of it: a "
        "task, a hand-over or an onboarding that was saved is not there.",
        "--repair takes it up where it was. If it was meant to end, nothing is to be done; it is "
        "shown for a week.",
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
        "Restore `tasks`, `relays` and `task_events` from one backup; other findings may help.",
    ),
    FindingKind.NOBODY_TOLD: Advice(
        "A hand-over has ended or a task was closed, the workflow that tells it is gone, and by "
        "the ledger somebody was not told.",
        "--repair has the person told.",
    ),
    FindingKind.NOTICE_LATE: Advice(
        "A message should have been sent some time ago. A workflow is still trying.",
        "Wait if Slack is away or many messages are due: a person gets one a second at most.",
    ),
    FindingKind.NOTICE_ABANDONED: Advice(
        "A message was planned and is not there for certain, and no workflow is trying.",
        "--repair has it sent, after a look into the conversation if it was tried before. "
        "One about a newcomer can't be re-planned: tell the person yourself.",
    ),
    FindingKind.NOTICE_AMBIGUOUS: Advice(
        "Slack may or may not have taken a message: its answer was lost, and the history of the "
        "conversation did not settle it yet.",
        "If a workflow is trying, wait. Nobody tries a reminder again that may have been seen: "
        "ask the person whether they have it.",
    ),
    FindingKind.NOTICE_FAILED: Advice(
        "Slack refused a message for good, for the reason that is named, and nobody was told what "
        "it says. It is shown for a week; people who are gone are left out.",
        "messages_tab_disabled: switch the app's Messages Tab on. restricted_action, "
        "no_permission: an admin must let the app write. Of what can't be written to, such as "
        "is_archived, put the channel right. invalid_… and …_too_long are faults of the program: "
        "take a newer version. Then --repair has it sent again, but for reminders, of which the "
        "next comes by itself, and what is about a newcomer: tell the person yourself.",
    ),
}
"""What is said of each kind."""


class NotMendedError(Exception):
    """Why a finding is left as it is, in words for its reader."""


class Finding(Model):
    """Something wrong, seen twice.

    `subject` is the id of what it is about; `notice` what should have been said, if that is it.
    """

    kind: FindingKind
    team_id: TeamId
    subject: str
    detail: str
    notice: Notice | None = Field(default=None, exclude=True, repr=False)
