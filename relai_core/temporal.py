"""The connection to Temporal, the same for the bot and the worker."""

from pathlib import Path

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import KeepAliveConfig, RetryConfig, TLSConfig

from relai_core.settings import Settings

# A peer that died without closing its socket is noticed in seconds, not in the minutes of TCP.
_KEEP_ALIVE = KeepAliveConfig(interval_millis=5000, timeout_millis=2000)
# Hidden retries would hide whether a call that failed in the end was ever sent. The SDK counts
# the first try as well, and takes 0 for no limit.
_ONE_TRY = RetryConfig(max_retries=1)


async def connect(settings: Settings, *, lazy: bool = False) -> Client:
    """Connect to Temporal, a local server, a cluster or Temporal Cloud alike.

    With `lazy` nothing is sent before the first call, so a server that is down stops nobody, and
    each call is tried once, so the caller learns what became of it.

    Raises:
        RuntimeError: not lazy, and the server can't be reached.
    """
    return await Client.connect(
        settings.temporal_host,
        namespace=settings.temporal_namespace,
        api_key=settings.temporal_api_key.get_secret_value() if settings.temporal_api_key else None,
        tls=_tls(settings),
        data_converter=pydantic_data_converter,
        keep_alive_config=_KEEP_ALIVE,
        retry_config=_ONE_TRY if lazy else None,
        lazy=lazy,
    )


def _tls(settings: Settings) -> TLSConfig | bool:
    """A client certificate where one is set; plain TLS where an API key or the setting asks."""
    if settings.temporal_tls_client_cert and settings.temporal_tls_client_key:
        return TLSConfig(
            client_cert=Path(settings.temporal_tls_client_cert).read_bytes(),
            client_private_key=Path(settings.temporal_tls_client_key).read_bytes(),
        )
    return settings.temporal_tls or settings.temporal_api_key is not None
