"""The check of Slack's signature on a request over HTTP."""

import hashlib
import hmac
import re
import time
from collections.abc import Mapping

SIGNATURE = "X-Slack-Signature"
_STAMP = re.compile(r"[0-9]{1,12}")
"""Unix time in seconds. Limited, because int() raises ValueError for thousands of digits."""
_WINDOW = 300
"""Largest difference from our clock in seconds, as Slack advises. A replay within it has no second
effect, because our ids are made from its trigger."""


def is_from_slack(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Check age and signature of a raw body. For a malformed header the answer is False."""
    stamp = headers.get("X-Slack-Request-Timestamp", "")
    if not (_STAMP.fullmatch(stamp) and abs(time.time() - int(stamp)) <= _WINDOW):
        return False
    signed = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
    given = headers.get(SIGNATURE, "")
    return hmac.compare_digest(f"v0={signed.hexdigest()}".encode(), given.encode(errors="replace"))
