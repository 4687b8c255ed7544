"""The kinds of findings, with the meaning of each and advice."""

from enum import StrEnum
from typing import NamedTuple

from pydantic import Field

from relai_core.domain.ids import TeamId
from relai_core.domain.model import Model
from relai_core.domain.notice import Notice


class FindingKind(StrEnum):
    """Each kind is explained in `ADVICE`."""

    NO_WORKER = "no_worker"
    WRONG_DATABASE = "wrong_database"
    WORKFLOW_MISSING = "workflow_missing"
    WORKFLOW_STUCK = "workflow_stuck"
    NOTICE_UNSENT = "notice_unsent"
    NOTICE_FAILED = "notice_failed"


class Advice(NamedTuple):
    """The meaning of a finding, and the remedy an operator has."""

    meaning: str
    remedy: str


ADVICE: dict[FindingKind, Advice] = {
    FindingKind.NO_WORKER: Advice(
        "No worker has asked for work on this task queue in the last minute. What people save is "
        "kept, but not carried out.",
        "Start a worker. If one runs, compare TEMPORAL_TASK_QUEUE here and there, and check the "
        "clock of this machine. If Temporal was restarted just now, audit again in a minute.",
    ),
    FindingKind.WRONG_DATABASE: Advice(
        "Most of the running workflows are about tasks that this database does not hold.",
        "Set MONGODB_DATABASE and MONGODB_URI as the worker has them. If they are right, restore "
        "a backup of the database.",
    ),
    FindingKind.WORKFLOW_MISSING: Advice(
        "An open task or an open relay has no running workflow, so it takes no answer and sends no "
        "reminder. Or a workflow was ended in Temporal before it had created what was asked for.",
        "Run with --repair: it resets the workflow to its last step, or starts a new one from the "
        "stored task or relay if Temporal has forgotten it. If you ended it on purpose before "
        "anything was created, do nothing: it is listed for a week.",
    ),
    FindingKind.WORKFLOW_STUCK: Advice(
        "A step of the workflow fails again and again, and everything after it waits.",
        "Remove the cause that is named: Temporal keeps trying, and nothing is lost. If the "
        "workflow task fails, run the previous version of the worker. If the workflow is on "
        "another task queue, start a worker there.",
    ),
    FindingKind.NOTICE_UNSENT: Advice(
        "Somebody should have got a message, it is not known to have been sent, and no workflow is "
        "sending it.",
        "Run with --repair: it has the message sent; if an earlier attempt may have succeeded, the "
        "conversation is read first. Messages about a new person can't be repaired: write to them.",
    ),
    FindingKind.NOTICE_FAILED: Advice(
        "Slack refused a message for good. It is listed for a week. Messages to people who have "
        "left are not listed.",
        "Remove the reason that is named, then run with --repair. messages_tab_disabled: switch "
        "the app's Messages Tab on. restricted_action, no_permission: let the app write there. "
        "is_archived: unarchive the channel. invalid_… and …_too_long are errors of RelAI. "
        "Reminders and messages about a new person are not sent again.",
    ),
}

BLOCKING = frozenset({FindingKind.NO_WORKER, FindingKind.WRONG_DATABASE})
"""While one of these is found nothing may be repaired."""


class NotRepairedError(Exception):
    """The reason why a finding can't be repaired, in words for the operator."""


class Finding(Model):
    """Something wrong.

    `subject` is a workflow's id, a notice's key, or a setting. `team_id` is empty if it concerns
    no workspace. `notice` is the message that was not sent, if the finding is about one.
    """

    kind: FindingKind
    team_id: TeamId = TeamId("")
    subject: str
    detail: str
    notice: Notice | None = Field(default=None, exclude=True, repr=False)
