"""Gauges of the store's contents. A job counts them; a scrape shows the latest count."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import timedelta

import structlog
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from relai_core.clock import Clock, utc_now
from relai_core.domain.figures import Figures
from relai_core.domain.ids import TeamId
from relai_core.domain.notice import NoticeState
from relai_core.domain.relay import RelayEnd
from relai_core.errors import UnavailableError
from relai_core.ports import FigureStore

COUNT_EVERY = timedelta(seconds=30)

_TASK_STATES = ("held", "offered")
_RELAY_ENDS = ("open", *RelayEnd)

_log = structlog.get_logger(__name__)


class StoredFigures(Collector):
    """Gauges of one workspace, shown from the first count on."""

    def __init__(self, store: FigureStore, team_id: TeamId, now: Clock = utc_now) -> None:
        self._store = store
        self._team_id = team_id
        self._now = now
        self._latest: tuple[Figures, float] | None = None

    async def refresh(self) -> None:
        """Count again. If that fails, the old figures stay, with the moment of their count."""
        at = self._now()
        try:
            figures = await self._store.count(self._team_id, at)
        except UnavailableError as error:
            _log.warning("figures_not_counted", error=str(error))
        else:
            self._latest = figures, at.timestamp()

    def collect(self) -> Iterator[Metric]:
        if self._latest is None:
            return
        figures, counted_at = self._latest
        yield _gauges("relai_open_tasks", "Open tasks.", "state", _TASK_STATES, figures.open_tasks)
        yield GaugeMetricFamily(
            "relai_overdue_tasks", "Open tasks past their due date.", figures.overdue
        )
        yield _gauges(
            "relai_relays", "Hand-overs by their end.", "end", _RELAY_ENDS, figures.relays
        )
        yield _gauges("relai_notices", "Notices.", "state", NoticeState, figures.notices)
        yield GaugeMetricFamily(
            "relai_figures_counted_timestamp_seconds",
            "When the tasks, hand-overs and notices were counted.",
            counted_at,
        )


def _gauges(
    name: str, documentation: str, label: str, known: Iterable[str], counts: Mapping[str, int]
) -> Metric:
    family = GaugeMetricFamily(name, documentation, labels=[label])
    for state, count in (dict.fromkeys(known, 0) | dict(counts)).items():
        family.add_metric([state], count)
    return family
