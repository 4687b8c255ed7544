"""A worker whose workflows continue as new early, so that a storm of minutes reaches that."""

from functools import partial
from unittest.mock import patch

from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

import worker
from relai_workflows import task_lifecycle

EVENTS = 40
"""Events after which an idle lifecycle continues as new; a busy one after half as many more."""

if __name__ == "__main__":
    task_lifecycle.LONGEST_HISTORY = EVENTS
    task_lifecycle.LONGEST_BUSY_HISTORY = EVENTS * 3 // 2
    # Otherwise Temporal's workflow sandbox imports the module again, with its own numbers.
    passed_through = SandboxRestrictions.default.with_passthrough_modules("relai_workflows")
    runner = SandboxedWorkflowRunner(restrictions=passed_through)
    with patch.object(worker, "Worker", partial(Worker, workflow_runner=runner)):
        worker.run()
