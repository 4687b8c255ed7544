"""Request ids of Slack payloads."""

from datetime import UTC, datetime
from typing import Any

from bot.payloads import UserEvent, ViewSubmission


def a_submission(title: str, view_id: str = "V1") -> ViewSubmission:
    """A submitted form with one input."""
    inputs: dict[str, Any] = {"title": {"title": {"type": "plain_text_input", "value": title}}}
    view = {"id": view_id, "callback_id": "task_form", "state": {"values": inputs}}
    return ViewSubmission.model_validate({"team": {"id": "T1"}, "user": {"id": "U1"}, "view": view})


def test_redelivered_form_is_the_same_request() -> None:
    assert a_submission("Renew").request == a_submission("Renew").request


def test_form_with_other_input_is_another_request() -> None:
    assert a_submission("Renew").request != a_submission("Renew the certificate").request


def test_other_form_with_the_same_input_is_another_request() -> None:
    assert a_submission("Renew").request != a_submission("Renew", view_id="V2").request


def test_event_is_newer_than_data_of_the_same_second() -> None:
    """Slack truncates the time of an event to seconds."""
    event = UserEvent.model_validate(
        {
            "team_id": "T0001",
            "event_id": "Ev1",
            "event_time": 1_764_000_000,
            "event": {"type": "user_change", "user": {"id": "UANA"}},
        }
    )

    assert event.happened_at > datetime.fromtimestamp(1_764_000_000.9, UTC)
