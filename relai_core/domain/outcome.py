"""The outcome of a request: a task, and a refusal if it was refused."""

from relai_core.domain.decisions import RefusalReason
from relai_core.domain.ids import RequestId
from relai_core.domain.model import Model
from relai_core.domain.relay import Relay
from relai_core.domain.task import Task


class Refusal(Model):
    """Why a request was not carried out, and the relay it was about, if any."""

    reason: RefusalReason
    relay: Relay | None = None


class Outcome(Model):
    """The task as it stands after a request, and the refusal, if it was refused."""

    request_id: RequestId
    task: Task
    refusal: Refusal | None = None
