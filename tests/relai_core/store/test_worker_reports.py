"""What workers report: the latest of each, and only while it is fresh."""

from datetime import timedelta

import pytest

from relai_core.domain.worker_report import WorkerReport
from relai_core.store import worker_reports
from relai_core.store.database import Database
from tests.relai_core.builders import TEAM

WELL = WorkerReport("1@a", TEAM, None)
IN_TROUBLE = WorkerReport("1@a", None, "Slack refuses SLACK_BOT_TOKEN")


async def test_latest_report_of_each_worker_is_listed(database: Database) -> None:
    other = WELL._replace(worker="2@b")
    for report in (WELL, other, IN_TROUBLE):
        await database.worker_reports.put(report)

    assert set(await database.worker_reports.list_fresh()) == {IN_TROUBLE, other}


async def test_report_of_an_ended_worker_is_not_listed(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_reports, "FRESH_FOR", timedelta(0))
    await database.worker_reports.put(IN_TROUBLE)

    assert await database.worker_reports.list_fresh() == []
