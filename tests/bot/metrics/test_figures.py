"""Metrics of the store, as last counted."""

from datetime import UTC, datetime, timedelta

import structlog

from bot.metrics.figures import StoredFigures
from bot.metrics.registry import Metrics
from relai_core.domain.figures import Figures
from relai_core.domain.ids import TeamId
from relai_core.errors import UnavailableError
from tests.bot.metrics.reading import figures_of
from tests.relai_core.builders import TEAM

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOME = Figures(
    open_tasks={"held": 5, "offered": 1},
    overdue=2,
    relays={"open": 1, "accepted": 3},
    notices={"sent": 7, "failed": 1},
)


class Store:
    """Returns the given figures, or fails if there are none."""

    def __init__(self, figures: Figures | None = SOME) -> None:
        self.figures = figures
        self.asked: list[tuple[TeamId, datetime]] = []

    async def count(self, team_id: TeamId, at: datetime) -> Figures:
        self.asked.append((team_id, at))
        if self.figures is None:
            raise UnavailableError("MongoDB")
        return self.figures


class Clock:
    """A clock that advances by a minute at each reading."""

    def __init__(self) -> None:
        self._now = NOON - timedelta(minutes=1)

    def __call__(self) -> datetime:
        self._now += timedelta(minutes=1)
        return self._now


def metrics_of(store: Store) -> tuple[Metrics, StoredFigures]:
    metrics, figures = Metrics(), StoredFigures(store, TEAM, Clock())
    metrics.add(figures)
    return metrics, figures


async def test_each_state_is_shown_with_its_count() -> None:
    metrics, figures = metrics_of(Store())

    await figures.refresh()

    read = figures_of(metrics)
    assert read("relai_open_tasks", state="held") == 5
    assert read("relai_open_tasks", state="offered") == 1
    assert read("relai_overdue_tasks") == 2
    assert read("relai_relays", end="open") == 1
    assert read("relai_relays", end="accepted") == 3
    assert read("relai_notices", state="failed") == 1
    assert read("relai_figures_counted_timestamp_seconds") == NOON.timestamp()


async def test_state_without_entries_is_shown_as_zero() -> None:
    """An alert on an increase needs the zero before it."""
    metrics, figures = metrics_of(Store())

    await figures.refresh()

    read = figures_of(metrics)
    assert read("relai_notices", state="ambiguous") == 0
    assert read("relai_relays", end="unanswered") == 0


async def test_figures_are_absent_before_the_first_count() -> None:
    metrics, _ = metrics_of(Store())

    assert figures_of(metrics)("relai_overdue_tasks") is None


async def test_reading_the_page_does_not_query_the_store() -> None:
    store = Store()
    metrics, figures = metrics_of(store)
    await figures.refresh()

    metrics.render()
    metrics.render()

    assert store.asked == [(TEAM, NOON)]


async def test_failed_count_keeps_the_previous_figures() -> None:
    store = Store()
    metrics, figures = metrics_of(store)
    await figures.refresh()
    store.figures = None

    with structlog.testing.capture_logs() as logs:
        await figures.refresh()

    read = figures_of(metrics)
    assert read("relai_overdue_tasks") == 2
    assert read("relai_figures_counted_timestamp_seconds") == NOON.timestamp()
    assert [line["event"] for line in logs] == ["figures_not_counted"]
