"""The metrics registry of this process, and the page that a scraper reads."""

from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector

from relai_core.blockkit.ids import ActionId, CallbackId

_COMMANDS = ("/task", "/relay")
_EVENTS = ("team_join", "user_change")
NAMES = frozenset({*_COMMANDS, *_EVENTS, *ActionId, *CallbackId})
"""Names that requests can have as a label. All other names are counted as `other`."""
_OTHER = "other"
_ACK_SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 1.5, 2, 2.5, 3, 5)
"""Bucket edges: finest where a person notices the delay, with one at Slack's limit."""
_API_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5)


class Page(NamedTuple):
    """The figures as a scraper reads them."""

    content_type: str
    body: bytes


class Metrics:
    """Counts requests. Labels are from closed sets and never hold a person's words."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "relai_requests",
            "Commands, clicks, forms and events from Slack, by name and outcome.",
            ["asks", "outcome"],
            registry=self._registry,
        )
        self._acks = Histogram(
            "relai_ack_seconds",
            "From a payload's arrival to its acknowledgement, for which Slack waits 3 seconds.",
            ["asks"],
            buckets=_ACK_SECONDS,
            registry=self._registry,
        )
        self._api_requests = Counter(
            "relai_api_requests",
            "API requests by operation and HTTP status.",
            ["operation", "status"],
            registry=self._registry,
        )
        self._api_seconds = Histogram(
            "relai_api_seconds",
            "From an API request's arrival to its answer.",
            ["operation"],
            buckets=_API_SECONDS,
            registry=self._registry,
        )

    def add(self, collector: Collector) -> None:
        """Show the metrics of `collector` too."""
        self._registry.register(collector)

    def count_request(self, asks: str | None, outcome: str, seconds: float) -> None:
        """Count a payload of Slack's that was acknowledged after `seconds`."""
        name = asks if asks in NAMES else _OTHER
        self._requests.labels(name, outcome).inc()
        self._acks.labels(name).observe(seconds)

    def count_api_request(self, operation: str, status: int, seconds: float) -> None:
        """Count an API request. `operation` is the id of an Operation, never a requested path."""
        self._api_requests.labels(operation, str(status)).inc()
        self._api_seconds.labels(operation).observe(seconds)

    def render(self) -> Page:
        """All figures in Prometheus' text format."""
        return Page(CONTENT_TYPE_PLAIN_0_0_4, generate_latest(self._registry))
