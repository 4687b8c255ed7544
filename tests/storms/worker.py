"""A worker whose workflows continue as new early, so that a storm of minutes reaches that."""

import sys

import worker
from relai_workflows.limits import RunLimits

EVENTS = 40
"""Events after which an idle lifecycle continues as new; a busy one after half as many more."""

if __name__ == "__main__":
    RunLimits.LONGEST_HISTORY = EVENTS
    RunLimits.LONGEST_BUSY_HISTORY = EVENTS * 3 // 2
    sys.exit(worker.run())
