"""Whether a request over HTTP comes from Slack, and was made just now."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime

_STAMP = re.compile(r"[0-9]{1,12}")
"""Unix time in seconds. Python refuses to read a number of thousands of digits."""
_WINDOW = 300
"""Seconds either way, as Slack advises. A replay within it meets ids made from its trigger."""


def is_from_slack(secret: str, headers: Mapping[str, str], body: bytes, now: datetime) -> bool:
    """Check Slack's signature of the raw body. Whatever is malformed is not from Slack."""
    stamp = headers.get("X-Slack-Request-Timestamp", "")
    if not (_STAMP.fullmatch(stamp) and abs(now.timestamp() - int(stamp)) <= _WINDOW):
        return False
    signed = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256)
    given = headers.get("X-Slack-Signature", "")
    return hmac.compare_digest(f"v0={signed.hexdigest()}".encode(), given.encode(errors="replace"))
