"""Rights that run out: triggers, and addresses to respond to."""

from devstack.slack_sandbox.errors import SlackError
from devstack.slack_sandbox.ids import Clock, new_secret, new_trigger_id
from devstack.slack_sandbox.records import ResponseUrl, Trigger
from devstack.slack_sandbox.storage import Storage, Table

TRIGGER_SECONDS = 3
RESPONSE_URL_SECONDS = 30 * 60
RESPONSE_URL_USES = 5


class Triggers:
    """A trigger opens a single view, within 3 seconds of the act that caused it."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._rows = Table(storage, Trigger)
        self._clock = clock

    def issue(self, user: str, view_id: str | None = None) -> str:
        expires_at = self._clock() + TRIGGER_SECONDS
        trigger = Trigger(id=new_trigger_id(), user=user, expires_at=expires_at, view_id=view_id)
        self._rows.put(trigger)
        return trigger.id

    def check(self, trigger_id: str) -> Trigger:
        """Return a trigger that can still be exchanged, or raise as Slack does."""
        trigger = self._rows.find(trigger_id)
        if trigger is None:
            raise SlackError("invalid_trigger_id")
        if trigger.exchanged:
            raise SlackError("exchanged_trigger_id")
        if self._clock() > trigger.expires_at:
            raise SlackError("expired_trigger_id")
        return trigger

    def exchange(self, trigger: Trigger) -> None:
        self._rows.put(trigger.model_copy(update={"exchanged": True}))


class ResponseUrls:
    """An address takes 5 posts within 30 minutes."""

    def __init__(self, storage: Storage, clock: Clock) -> None:
        self._rows = Table(storage, ResponseUrl)
        self._clock = clock

    def issue(
        self,
        kind: str,
        user: str,
        channel: str,
        *,
        source_ts: str | None = None,
        thread_ts: str | None = None,
    ) -> str:
        """Return the path of a new address; `kind` is `commands` or `actions`."""
        address = ResponseUrl(
            path=f"/{kind}/{new_secret()}/{new_secret()}",
            user=user,
            channel=channel,
            expires_at=self._clock() + RESPONSE_URL_SECONDS,
            uses_left=RESPONSE_URL_USES,
            source_ts=source_ts,
            thread_ts=thread_ts,
        )
        self._rows.put(address)
        return address.path

    def check(self, path: str) -> ResponseUrl:
        """Return an address that can still be used, or raise `used_url` or `expired_url`."""
        address = self._rows.find(path)
        if address is None or self._clock() > address.expires_at:
            raise SlackError("expired_url")
        if address.uses_left == 0:
            raise SlackError("used_url")
        return address

    def use(self, address: ResponseUrl) -> None:
        self._rows.put(address.model_copy(update={"uses_left": address.uses_left - 1}))
