"""Changes of a relay that are due to time alone. Each try makes the same request."""

from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from relai_activities.contracts import PostponeRelayInput
    from relai_core.domain.changes import RelayExpired, RelayUndeliverable
    from relai_core.domain.ids import RequestId
    from relai_core.domain.relay import Relay


def expired(relay: Relay, at: datetime) -> RelayExpired:
    """End the relay: its window is over."""
    return RelayExpired(
        id=_request(relay, "expired"), task_id=relay.task_id, at=at, relay_id=relay.id
    )


def undeliverable(relay: Relay, reason: str, at: datetime) -> RelayUndeliverable:
    """End the relay: its receiver can't be told."""
    return RelayUndeliverable(
        id=_request(relay, "undeliverable"),
        task_id=relay.task_id,
        at=at,
        relay_id=relay.id,
        reason=reason,
    )


def postponed(relay: Relay, window: timedelta, at: datetime) -> PostponeRelayInput:
    """Start the window again: half of it was over before the receiver was asked."""
    return PostponeRelayInput(
        request_id=_request(relay, "postponed"),
        relay_id=relay.id,
        task_id=relay.task_id,
        team_id=relay.team_id,
        to_user=relay.to_user,
        window=window,
        at=at,
    )


def _request(relay: Relay, moment: str) -> RequestId:
    return RequestId(f"{relay.id}-{moment}")
