"""The database: all stores on one connection."""

from datetime import timedelta

from relai_core.store.audit import MongoAuditStore
from relai_core.store.connection import Connection, StoreError
from relai_core.store.figures import MongoFigureStore
from relai_core.store.indexes import INDEXES
from relai_core.store.keyed_requests import MongoKeyedRequestStore
from relai_core.store.notices import MongoNoticeLedger
from relai_core.store.tasks import MongoTaskStore
from relai_core.store.users import MongoUserStore
from relai_core.store.worker_reports import REPORT_EVERY, MongoWorkerReports

__all__ = ["REPORT_EVERY", "Database", "StoreError", "connect"]


class Database:
    """The stores, and the steps at the start and the end of a process."""

    def __init__(self, mongo: Connection) -> None:
        self.tasks = MongoTaskStore(mongo)
        self.users = MongoUserStore(mongo)
        self.notices = MongoNoticeLedger(mongo)
        self.keyed_requests = MongoKeyedRequestStore(mongo)
        self.figures = MongoFigureStore(mongo)
        self.worker_reports = MongoWorkerReports(mongo)
        self.audit = MongoAuditStore(mongo)
        self._mongo = mongo

    async def ensure_indexes(self) -> None:
        """Create the indexes that are missing. Safe to repeat, and from several processes.

        Not bounded: a new index on a grown collection takes longer than any other operation.

        Raises:
            SettingsError: the user of MONGODB_URI may not.
            UnavailableError: MongoDB can't be reached.
        """
        with self._mongo.explaining():
            for name, indexes in INDEXES.items():
                await self._mongo.collection(name).create_indexes(list(indexes))

    async def ping(self) -> None:
        """Return if MongoDB answers.

        Raises:
            SettingsError: it refuses the login, or its certificate is not trusted.
            UnavailableError: it does not answer within the timeout.
        """
        await self._mongo.ping()

    async def check(self) -> None:
        """Return if MongoDB can be used.

        Raises:
            SettingsError: MONGODB_URI or MONGODB_DATABASE is wrong for sure.
            UnavailableError: MongoDB can't be reached within the timeout.
        """
        await self._mongo.check()

    def close(self) -> None:
        """Close all sockets. The stores can't be used afterwards."""
        self._mongo.close()


async def connect(
    uri: str,
    database: str,
    *,
    timeout: timedelta,  # noqa: ASYNC109 - of each later operation, not of this call
) -> Database:
    """Open the database without waiting for its server, which may come and go.

    Every operation of the stores ends within `timeout`, if need be with an `UnavailableError`; an
    operation that is cut off in a transaction may take 200 ms longer.

    Raises:
        SettingsError: the URI can't be used. Nothing of it is quoted.
    """
    return Database(Connection(uri, database, timeout))
