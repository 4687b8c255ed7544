"""The reports of workers in MongoDB. All times are the server's."""

from collections.abc import Sequence
from datetime import timedelta

from relai_core.domain.worker_report import WorkerReport
from relai_core.store.connection import Connection

REPORT_EVERY = timedelta(seconds=20)
FRESH_FOR = 3 * REPORT_EVERY
"""A worker whose report is older has ended, or can't write to MongoDB."""


class MongoWorkerReports:
    """Holds a document for each worker."""

    def __init__(self, mongo: Connection) -> None:
        self._mongo = mongo
        self._reports = mongo.collection("worker_reports")

    async def put(self, report: WorkerReport) -> None:
        state = {"team_id": report.team_id, "trouble": report.trouble}
        with self._mongo.bounded():
            await self._reports.update_one(
                {"_id": report.worker},
                {"$set": state, "$currentDate": {"at": True}},
                upsert=True,
            )

    async def list_fresh(self) -> Sequence[WorkerReport]:
        """The reports of the workers that run."""
        oldest = {"$subtract": ["$$NOW", round(FRESH_FOR.total_seconds() * 1000)]}
        with self._mongo.bounded():
            found = await self._reports.find({"$expr": {"$gt": ["$at", oldest]}}).to_list(None)
        return [WorkerReport(each["_id"], each["team_id"], each["trouble"]) for each in found]
