"""Who is let in over HTTP: whatever is malformed is not from Slack."""

import time
from datetime import UTC, datetime

import pytest

from bot.signature import is_from_slack
from devstack.slack_sandbox.signature import headers_for
from relai_core.clock import utc_now


@pytest.mark.parametrize("stamp", ["", "abc", "-1", "1e9", "9" * 400, "٣" * 10, "1764000000 "])
def test_a_malformed_time_stamp_is_not_from_slack(stamp: str) -> None:
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": "v0=00"}

    assert not is_from_slack("secret", headers, b"a=1", utc_now())


@pytest.mark.parametrize(("age", "taken"), [(-301, False), (-299, True), (299, True), (301, False)])
def test_only_a_request_that_was_made_just_now_is_taken(age: int, taken: bool) -> None:
    """By the clock that is given, whatever this machine's says."""
    now = datetime(2020, 2, 29, 12, tzinfo=UTC)
    headers = headers_for("a=1", secret="secret", now=now.timestamp() - age)

    assert is_from_slack("secret", headers, b"a=1", now) is taken


@pytest.mark.parametrize("signature", ["", "v0=", "v0=ä", "v0=\udce4", "v0=" + "0" * 10_000])
def test_a_malformed_signature_is_not_from_slack(signature: str) -> None:
    headers = {
        "X-Slack-Request-Timestamp": str(int(time.time())),
        "X-Slack-Signature": signature,
    }

    assert not is_from_slack("secret", headers, b"a=1", utc_now())
