"""What the store holds, as it was last counted."""

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
    """Counts what it is told to, and fails without it."""

    def __init__(self, figures: Figures | None = SOME) -> None:
        self.figures = figures
        self.asked: list[tuple[TeamId, datetime]] = []

    async def count(self, team_id: TeamId, at: datetime) -> Figures:
        self.asked.append((team_id, at))
        if self.figures is None:
            raise UnavailableError("MongoDB")
        return self.figures


class Clock:
    """Moves on by a minute whenever it is looked at."""

    def __init__(self) -> None:
        self._now = NOON - timedelta(minutes=1)

    def __call__(self) -> datetime:
        self._now += timedelta(minutes=1)
        return self._now


def showing(store: Store) -> tuple[Metrics, StoredFigures]:
    metrics, figures = Metrics(), StoredFigures(store, TEAM, Clock())
    metrics.add(figures)
    return metrics, figures


async def test_each_state_is_shown_with_its_count() -> None:
    metrics, figures = showing(Store())

    await figures.refresh()

    read = figures_of(metrics)
    assert read("relai_open_tasks", state="held") == 5
    assert read("relai_open_tasks", state="offered") == 1
    assert read("relai_overdue_tasks") == 2
    assert read("relai_relays", end="open") == 1
    assert read("relai_relays", end="accepted") == 3
    assert read("relai_notices", state="failed") == 1
    assert read("relai_figures_counted_timestamp_seconds") == NOON.timestamp()


async def test_a_state_that_has_none_is_shown_as_zero() -> None:
    """An alarm on a rise needs to have seen the zero."""
    metrics, figures = showing(Store())

    await figures.refresh()

    read = figures_of(metrics)
    assert read("relai_notices", state="ambiguous") == 0
    assert read("relai_relays", end="unanswered") == 0


async def test_nothing_is_shown_before_it_was_counted() -> None:
    metrics, _ = showing(Store())

    assert figures_of(metrics)("relai_overdue_tasks") is None


async def test_nobody_is_asked_when_the_page_is_read() -> None:
    store = Store()
    metrics, figures = showing(store)
    await figures.refresh()

    metrics.render()
    metrics.render()

    assert store.asked == [(TEAM, NOON)]


async def test_figures_that_cannot_be_counted_stay_as_they_were() -> None:
    store = Store()
    metrics, figures = showing(store)
    await figures.refresh()
    store.figures = None

    with structlog.testing.capture_logs() as logs:
        await figures.refresh()

    read = figures_of(metrics)
    assert read("relai_overdue_tasks") == 2
    assert read("relai_figures_counted_timestamp_seconds") == NOON.timestamp()
    assert [line["event"] for line in logs] == ["figures_not_counted"]
