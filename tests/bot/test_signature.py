"""The signature of a request over HTTP: a malformed one is not from Slack."""

import time

import pytest

from bot.signature import is_from_slack
from devstack.slack_sandbox.signature import headers_for


@pytest.mark.parametrize("stamp", ["", "abc", "-1", "1e9", "9" * 400, "٣" * 10, "1764000000 "])
def test_a_malformed_time_stamp_is_not_from_slack(stamp: str) -> None:
    headers = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": "v0=00"}

    assert not is_from_slack("secret", headers, b"a=1")


@pytest.mark.parametrize(("age", "taken"), [(-302, False), (-290, True), (290, True), (302, False)])
def test_only_a_recent_request_is_taken(age: int, taken: bool) -> None:
    headers = headers_for("a=1", secret="secret", now=time.time() - age)

    assert is_from_slack("secret", headers, b"a=1") is taken


@pytest.mark.parametrize("signature", ["", "v0=", "v0=ä", "v0=\udce4", "v0=" + "0" * 10_000])
def test_a_malformed_signature_is_not_from_slack(signature: str) -> None:
    headers = {
        "X-Slack-Request-Timestamp": str(int(time.time())),
        "X-Slack-Signature": signature,
    }

    assert not is_from_slack("secret", headers, b"a=1")
