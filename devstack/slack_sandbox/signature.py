"""Signs HTTP requests as Slack does."""

import hashlib
import hmac
from typing import Literal

Signing = Literal["good", "forged", "stale", "absent"]

_STALE_SECONDS = 6 * 60


def headers_for(body: str, *, secret: str, now: float, signing: Signing = "good") -> dict[str, str]:
    """Return the signature headers of a body, or the headers that an attacker would send."""
    if signing == "absent":
        return {}
    timestamp = str(int(now) - (_STALE_SECONDS if signing == "stale" else 0))
    key = secret + ("-forged" if signing == "forged" else "")
    digest = hmac.new(key.encode(), f"v0:{timestamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={digest}"}
