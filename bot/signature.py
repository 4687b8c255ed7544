"""The check of Slack's signature on a request over HTTP."""

import hashlib
import hmac
import re
import time
from collections.abc import Mapping

SIGNATURE = "X-Slack-Signature"
_STAMP = re.compile(r"[0-9]{1,12}")
"""Unix time in seconds. Python refuses to read a number of thousands of digits."""
_WINDOW = 300
"""Seconds either way, as Slack advises. A replay within it meets ids made from its trigger."""


def is_from_slack(secret: str, headers: Mapping[str, str], body: bytes) -> bool:
    """Check age and signature of a raw body. A malformed header is not from Slack."""
    stamp = headers.get("X-Slack-Request-Timestamp", "")
    if not (_STAMP.fullmatch(stamp) and abs(time.time() - int(stamp)) <= _WINDOW):
        return False
    signed = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
    given = headers.get(SIGNATURE, "")
    return hmac.compare_digest(f"v0={signed.hexdigest()}".encode(), given.encode(errors="replace"))
