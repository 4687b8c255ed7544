"""Proxies of the environment, kept away from a Slack API on this machine."""

import os
from urllib.parse import urlsplit

_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def ignore_proxies_on_loopback(api_url: str) -> None:
    """Forget the proxies if `api_url` is on this machine, as the Slack sandbox is.

    The Slack SDK applies them to loopback addresses too, knows no NO_PROXY, and takes an empty
    proxy for none given. So the environment of this process is the only place to say no.
    """
    if urlsplit(api_url).hostname in _LOOPBACK:
        for variable in _VARIABLES:
            os.environ.pop(variable, None)
