"""Retry policies and timeouts of activities, each set named for the part it protects.

No policy gives up: a promise to a person stands while a part is down.
Errors that a retry can't mend are marked where they are raised (see `interceptor`).
"""

from datetime import timedelta
from typing import TypedDict

from temporalio.common import RetryPolicy


class ActivityOptions(TypedDict, total=False):
    """The options that are set here."""

    start_to_close_timeout: timedelta
    heartbeat_timeout: timedelta
    retry_policy: RetryPolicy


STORE: ActivityOptions = {
    "start_to_close_timeout": timedelta(seconds=15),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(milliseconds=200), maximum_interval=timedelta(seconds=5)
    ),
}
"""A read or a conditional write in MongoDB: quick again, for someone may be waiting."""

SLACK: ActivityOptions = {
    "start_to_close_timeout": timedelta(minutes=5),
    "heartbeat_timeout": timedelta(seconds=10),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(seconds=1), maximum_interval=timedelta(minutes=1)
    ),
}
"""Messages: the heartbeat finds a dead worker in seconds; a 429 brings its own delay."""

PEOPLE: ActivityOptions = {
    "start_to_close_timeout": timedelta(seconds=20),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(seconds=1), maximum_interval=timedelta(seconds=30)
    ),
}
"""Reads that may have to ask Slack about a person."""

BATCH: ActivityOptions = {
    "start_to_close_timeout": timedelta(hours=2),
    "heartbeat_timeout": timedelta(seconds=30),
    "retry_policy": RetryPolicy(
        initial_interval=timedelta(seconds=5), maximum_interval=timedelta(minutes=5)
    ),
}
"""Long work in batches: each batch heartbeats, and a retry goes on after the last one."""
