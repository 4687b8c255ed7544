"""Proxies of the environment, kept away from a Slack API on this machine."""

import os
from urllib.parse import urlsplit

_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


def ignore_proxies_on_loopback(api_url: str) -> None:
    """Forget the proxies if `api_url` is on this machine, as the Slack sandbox is.

    The Slack SDK also applies them to loopback addresses, ignores NO_PROXY, and reads the
    environment if the given proxy is empty. So the variables must leave this process's environment.
    """
    if urlsplit(api_url).hostname in _LOOPBACK:
        for variable in _VARIABLES:
            os.environ.pop(variable, None)
