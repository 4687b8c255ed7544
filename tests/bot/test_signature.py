"""Who is let in over HTTP: whatever is malformed is not from Slack."""

import time

import pytest

from bot.signature import is_from_slack
from relai_core.clock import utc_now


@pytest.mark.parametrize("stamp", ["", "abc", "-1", "1e9", "9" * 400, "٣" * 10, "1764000000 "])
def test_a_malformed_time_stamp_is_not_from_slack(stamp: str) -> None:
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": "v0=00"}

    assert not is_from_slack("secret", headers, b"a=1", utc_now())


@pytest.mark.parametrize("signature", ["", "v0=", "v0=ä", "v0=\udce4", "v0=" + "0" * 10_000])
def test_a_malformed_signature_is_not_from_slack(signature: str) -> None:
    headers = {
        "X-Slack-Request-Timestamp": str(int(time.time())),
        "X-Slack-Signature": signature,
    }

    assert not is_from_slack("secret", headers, b"a=1", utc_now())
