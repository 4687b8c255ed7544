"""The connection to Temporal, the same for the bot and the worker."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta

from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.converter import DataConverter, DefaultFailureConverterWithEncodedAttributes
from temporalio.runtime import (
    MetricBuffer,
    MetricBufferDurationFormat,
    PrometheusConfig,
    Runtime,
    TelemetryConfig,
)
from temporalio.service import KeepAliveConfig, RetryConfig, RPCError, TLSConfig

from relai_core.codec import EncryptionCodec
from relai_core.domain.payload_key import PayloadKeys
from relai_core.errors import UnavailableError
from relai_core.settings import Settings, SettingsError
from relai_core.temporal_errors import reason, refusal

# A peer that died without closing its socket is noticed in seconds, not in the minutes of TCP. Not
# sooner: Temporal closes a quiet connection that asks more than once in 10 seconds
# (`frontend.keepAliveMinTime`), and then the worker gets no work while the SDK pauses.
_KEEP_ALIVE = KeepAliveConfig(interval_millis=12_000, timeout_millis=3_000)
# After a hidden retry we couldn't tell if a failed call was ever sent. The SDK counts
# the first try as well, and takes 0 for no limit.
_ONE_TRY = RetryConfig(max_retries=1)
_CHECKED_WITHIN = timedelta(seconds=5)
_BUFFERED = 10_000
"""Updates, two or three for a call: more than calls can make in five seconds."""


def measured() -> tuple[Runtime, MetricBuffer]:
    """A runtime, and the buffer that holds its metrics."""
    buffer = MetricBuffer(_BUFFERED, MetricBufferDurationFormat.SECONDS)
    telemetry = TelemetryConfig(metrics=buffer, attach_service_name=False)
    return Runtime(telemetry=telemetry), buffer


def serving_metrics(address: str | None) -> Runtime:
    """A runtime that serves its metrics at `http://{address}/metrics`, if `address` is set.

    The metrics have the names that Prometheus' client library gives those of `measured`.

    Raises:
        SettingsError: the address can't be listened on.
    """
    if address is None:
        return Runtime.default()
    page = PrometheusConfig(
        address, counters_total_suffix=True, unit_suffix=True, durations_as_seconds=True
    )
    telemetry = TelemetryConfig(metrics=page, attach_service_name=False)
    try:
        return Runtime(telemetry=telemetry)
    except ValueError as error:
        raise SettingsError(
            f"RELAI_WORKER_METRICS {address} can't be listened on: another process has this "
            "address, or it is not one of this machine; choose another."
        ) from error


async def connect(
    settings: Settings, *, lazy: bool = False, runtime: Runtime | None = None
) -> Client:
    """Connect to Temporal, a local server, a cluster or Temporal Cloud alike.

    With `lazy` nothing is sent before the first call, so the process starts while the server is
    down. Each call is tried once, so the caller learns its outcome.

    Raises:
        RuntimeError: not lazy, and the server can't be reached.
    """
    return await Client.connect(
        settings.temporal_host,
        namespace=settings.temporal_namespace,
        api_key=settings.temporal_api_key.get_secret_value() if settings.temporal_api_key else None,
        tls=_tls(settings),
        data_converter=data_converter(settings.payload_keys),
        keep_alive_config=_KEEP_ALIVE,
        retry_config=_ONE_TRY if lazy else None,
        lazy=lazy,
        runtime=runtime,
    )


async def check(client: Client) -> None:
    """Return if Temporal answers and has our namespace.

    Raises:
        SettingsError: it refuses the API key or the certificate, or its own is not trusted.
        UnavailableError: it can't be reached, or has no such namespace yet.
    """
    request = DescribeNamespaceRequest(namespace=client.namespace)
    with explaining():
        await client.workflow_service.describe_namespace(request, timeout=_CHECKED_WITHIN)


@contextmanager
def explaining() -> Iterator[None]:
    """Tell a setting that is wrong for sure from a server that may come back.

    Raises:
        SettingsError: Temporal refuses the API key or the certificate, or its own is not trusted.
        UnavailableError: any other failure.
    """
    try:
        yield
    except (RPCError, RuntimeError) as error:
        if refused := refusal(error):
            raise refused from error
        raise UnavailableError("Temporal", reason=reason(error)) from error


def data_converter(keys: PayloadKeys) -> DataConverter:
    """The converter between our models and Temporal's payloads.

    Even without a key it recognises an encrypted payload and raises an error, so the workflow waits
    for its key. The SDK alone would take the payload for an unreadable signal, and drop it.
    """
    converter = replace(pydantic_data_converter, payload_codec=EncryptionCodec(keys))
    if keys.writing is None:
        return converter
    # Messages and traces of errors may quote people too. In plain they stay legible in Temporal.
    encoding = DefaultFailureConverterWithEncodedAttributes
    return replace(converter, failure_converter_class=encoding)


def _tls(settings: Settings) -> TLSConfig | bool:
    """TLS with a client certificate if one is set; plain TLS for an API key or by the setting."""
    cert, key = settings.temporal_tls_client_cert, settings.temporal_tls_client_key
    if cert is None or key is None:
        return settings.temporal_tls or settings.temporal_api_key is not None
    return TLSConfig(client_cert=cert.read_bytes(), client_private_key=key.read_bytes())
