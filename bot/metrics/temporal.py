"""Metrics of Temporal's SDK about our calls, in the registry of this process.

The SDK can serve its own page, but does not tell its port if the system chooses it. The SDK's
buffer needs no second listener and no request for each scrape.
"""

from collections.abc import Iterable
from datetime import timedelta

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from temporalio.runtime import (
    BUFFERED_METRIC_KIND_COUNTER,
    BUFFERED_METRIC_KIND_GAUGE,
    BufferedMetric,
    BufferedMetricUpdate,
    MetricBuffer,
)

DRAIN_EVERY = timedelta(seconds=5)

_UNITS = {"s": "seconds"}
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

_Instrument = Counter | Gauge | Histogram


class TemporalMetrics(Collector):
    """Folds the buffer of one runtime into instruments, with the SDK's names."""

    def __init__(self, buffer: MetricBuffer) -> None:
        self._buffer = buffer
        self._instruments: dict[tuple[str, ...], _Instrument] = {}

    async def drain(self) -> None:
        """Empty the buffer. Call this every few seconds, because a full buffer drops updates."""
        self._fold()

    def collect(self) -> Iterable[Metric]:
        self._fold()
        families: dict[str, Metric] = {}
        for instrument in self._instruments.values():
            for family in instrument.collect():
                known = families.setdefault(family.name, family)
                if known is not family:
                    known.samples.extend(family.samples)
        return families.values()

    def _fold(self) -> None:
        for update in self._buffer.retrieve_updates():
            _apply(update, self._instrument(update))

    def _instrument(self, update: BufferedMetricUpdate) -> _Instrument:
        # The SDK leaves out labels that don't apply, but an instrument's labels are fixed.
        key = (update.metric.name, *sorted(update.attributes))
        if key not in self._instruments:
            self._instruments[key] = _new(update.metric, key[1:])
        return self._instruments[key]


def _new(metric: BufferedMetric, labels: tuple[str, ...]) -> _Instrument:
    documentation = metric.description or metric.name
    unit = _UNITS.get(metric.unit or "", metric.unit or "")
    if metric.kind == BUFFERED_METRIC_KIND_COUNTER:
        return Counter(metric.name, documentation, labels, unit=unit, registry=None)
    if metric.kind == BUFFERED_METRIC_KIND_GAUGE:
        return Gauge(metric.name, documentation, labels, unit=unit, registry=None)
    return Histogram(metric.name, documentation, labels, unit=unit, buckets=_BUCKETS, registry=None)


def _apply(update: BufferedMetricUpdate, instrument: _Instrument) -> None:
    one = instrument.labels(**update.attributes) if update.attributes else instrument
    match one:
        case Counter():
            one.inc(update.value)
        case Gauge():
            one.set(update.value)
        case Histogram():
            one.observe(update.value)
