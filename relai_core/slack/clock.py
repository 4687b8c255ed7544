"""The time people go by: Slack's, where this machine's clock does not agree with it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from relai_core.clock import Anchored, Clock, utc_now

OFF_BY = timedelta(seconds=3)
"""A clock that is further from Slack's is wrong. A date that is cut to the second, and has been on
its way for as long as anybody waits for it, is closer."""
_CUT = timedelta(seconds=1.5)
"""Two dates of one clock agree if the later one is at most so much behind what the other says."""


class SlackClock:
    """This machine's clock as long as Slack agrees with it or has said nothing, and Slack's then.

    Slack dates every answer. What has passed since is measured by what nobody sets, so a clock
    that jumps is found out at once, and not at Slack's next answer.
    """

    def __init__(self, own: Clock = utc_now) -> None:
        self._own = own
        self._slack: Anchored | None = None

    def hear(self, headers: Mapping[str, str]) -> None:
        """Take note of the date of an answer that has just come. One without says nothing."""
        try:
            date = parsedate_to_datetime(headers["Date"])
        except (KeyError, ValueError):
            return
        # A date is cut to the second: of two that agree the one that is ahead is more exact.
        known = self._slack.now() - date if self._slack else None
        if known is None or not timedelta(0) <= known <= _CUT:
            self._slack = Anchored.at(date)

    def now(self) -> datetime:
        """The time."""
        own = self._own()
        return own - self._ahead(own)

    @property
    def ahead(self) -> timedelta:
        """How far this machine's clock is ahead of Slack's; nothing if they agree."""
        return self._ahead(self._own())

    def _ahead(self, own: datetime) -> timedelta:
        ahead = own - self._slack.now() if self._slack else timedelta(0)
        return ahead if abs(ahead) > OFF_BY else timedelta(0)
