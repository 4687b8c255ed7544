"""The Slack client: one shared session, and no retry that could post twice."""

from datetime import timedelta

import aiohttp
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

CALL_TIMEOUT = timedelta(seconds=8)
"""Time limit of a call. After it the outcome of the call is unknown."""


class ConnectOnlyRetryHandler(AsyncConnectionErrorRetryHandler):
    """Retries once if no connection could be opened, and never otherwise.

    The SDK's own handler also repeats a call that was cut off after Slack had it, which posts two
    messages.
    """

    def __init__(self) -> None:
        super().__init__(max_retry_count=1, error_types=[aiohttp.ClientConnectorError])


def create_session() -> aiohttp.ClientSession:
    """Open the session that all calls share. The caller closes it.

    It carries the time limit: the client's own is ignored once a session is given.
    """
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=CALL_TIMEOUT.total_seconds()))


def create_client(token: str, api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """Make a client for the Web API at `api_url`, which ends with a slash.

    Proxies of the environment apply, loopback included (see `proxies`).
    """
    return AsyncWebClient(
        token=token,
        base_url=api_url,
        session=session,
        retry_handlers=[ConnectOnlyRetryHandler()],
    )
