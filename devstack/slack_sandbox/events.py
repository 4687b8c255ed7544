"""Events to the app. Each is repeated as Slack repeats it until it is acknowledged."""

import asyncio
from datetime import timedelta

import structlog

from devstack.slack_sandbox.delivery import Delivery, Dispatcher
from devstack.slack_sandbox.ids import Clock, new_id, new_secret
from devstack.slack_sandbox.records import Installation, Json, PendingEvent
from devstack.slack_sandbox.storage import Table
from devstack.slack_sandbox.transport import Parcel, Retry

log = structlog.get_logger()


class Events:
    """Announces changes in the workspace. An event survives a restart of the sandbox."""

    def __init__(
        self,
        dispatcher: Dispatcher,
        pending: Table[PendingEvent],
        installation: Installation,
        clock: Clock,
        *,
        subscribed: tuple[str, ...],
        delays: tuple[timedelta, ...],
    ) -> None:
        self._dispatcher = dispatcher
        self._pending = pending
        self._installation = installation
        self._clock = clock
        self._subscribed = subscribed
        self._delays = delays
        self._running: set[asyncio.Task[None]] = set()

    def resume(self) -> None:
        """Go on with the events that an earlier run of the sandbox could not deliver."""
        for event in self._pending:
            self._start(event, delivery_id=None)

    @property
    def pending(self) -> list[str]:
        """The ids of the events that the app has not acknowledged and that go out again."""
        return [event.event_id for event in self._pending]

    def announce(self, event: Json) -> str | None:
        """Send an event; return its first delivery's id, or None if the app did not subscribe."""
        if event["type"] not in self._subscribed:
            return None
        payload = self._wrapped(event)
        pending = PendingEvent(event_id=payload["event_id"], payload=payload)
        self._pending.put(pending)
        delivery_id = new_secret()
        self._start(pending, delivery_id)
        return delivery_id

    def _start(self, event: PendingEvent, delivery_id: str | None) -> None:
        running = asyncio.create_task(self._deliver(event, delivery_id))
        self._running.add(running)
        running.add_done_callback(self._running.discard)

    async def _deliver(self, event: PendingEvent, delivery_id: str | None) -> None:
        retry = Retry(event.attempts, "http_timeout") if event.attempts else None
        for attempt in range(event.attempts, len(self._delays) + 1):
            delivery = await self._attempt(event, attempt, retry, delivery_id)
            if delivery.is_ok or delivery.no_retry or attempt == len(self._delays):
                break
            event = event.model_copy(update={"attempts": attempt + 1})
            self._pending.put(event)
            retry, delivery_id = Retry(attempt + 1, _reason(delivery)), None
            await asyncio.sleep(self._delays[attempt].total_seconds())
        self._pending.delete(event)

    async def _attempt(
        self, event: PendingEvent, attempt: int, retry: Retry | None, delivery_id: str | None
    ) -> Delivery:
        parcel = Parcel("event", event.payload, envelope_id=new_secret(), retry=retry)
        delivery = await self._dispatcher.send(parcel, delivery_id=delivery_id, attempt=attempt + 1)
        log.info(
            "event_delivered",
            event_type=event.payload["event"]["type"],
            attempt=attempt + 1,
            outcome=delivery.outcome,
        )
        return delivery

    def _wrapped(self, event: Json) -> Json:
        team_id, app_id = self._installation.team_id, self._installation.app_id
        now = self._clock()
        return {
            "token": "sandbox",
            "team_id": team_id,
            "context_team_id": team_id,
            "context_enterprise_id": None,
            "api_app_id": app_id,
            "event": {**event, "event_ts": f"{now:.6f}"},
            "type": "event_callback",
            "event_id": new_id("Ev"),
            "event_time": int(now),
            "authorizations": [self._authorization()],
            "is_ext_shared_channel": False,
            "event_context": f"4-{new_secret()}",
        }

    def _authorization(self) -> Json:
        return {
            "enterprise_id": None,
            "team_id": self._installation.team_id,
            "user_id": self._installation.bot_user_id,
            "is_bot": True,
            "is_enterprise_install": False,
        }

    async def close(self) -> None:
        """Stop for now; pending events go on at the next start."""
        for running in list(self._running):
            running.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)


def _reason(delivery: Delivery) -> str:
    is_socket_timeout = delivery.transport == "socket" and delivery.outcome == "operation_timeout"
    return "timeout" if is_socket_timeout else delivery.reason
