"""The only module that uses the driver: connections, time limits and retries."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import Context
from datetime import UTC, timedelta
from typing import Any, TypeVar

import pymongo
from motor.motor_asyncio import (
    AsyncIOMotorClient,
    AsyncIOMotorClientSession,
    AsyncIOMotorCollection,
)
from pymongo.errors import (
    ConfigurationError,
    ConnectionFailure,
    DuplicateKeyError,
    PyMongoError,
)

from relai_core.errors import UnavailableError
from relai_core.settings import SettingsError
from relai_core.store.driver_errors import NO_REPLICA_SET, UNUSABLE, reason, refusal

Document = dict[str, Any]
StoreError = PyMongoError
"""The error for a refusal by the server."""
Collection = AsyncIOMotorCollection[Document]
Session = AsyncIOMotorClientSession

_FIRST_PAUSE = timedelta(milliseconds=5)
_LONGEST_PAUSE = timedelta(milliseconds=100)
_CHECKED_WITHIN = timedelta(seconds=2)
"""Longer than a login takes, and short enough for an operator who waits for the reason."""
_GOODBYE = timedelta(milliseconds=200)
"""Time limit of a goodbye: a dead server need not hear that a transaction or a session ends."""
_RETRY_LABELS = ("TransientTransactionError", "UnknownTransactionCommitResult")

T = TypeVar("T")


class LostRaceError(Exception):
    """The document changed between our read and our write. Nothing was written."""


class Connection:
    """A database whose acknowledged writes survive any crash; options in the URI can't undo that.

    Args:
        uri: A replica set, as MongoDB connection string.
        database: Name of the database.
        timeout: Bounds each operation of a store, its retries included; the abort of an unfinished
            transaction may take 200 ms more.

    Raises:
        SettingsError: the URI can't be used. Nothing of it is quoted.
    """

    def __init__(self, uri: str, database: str, timeout: timedelta) -> None:
        self._client = _client(uri, timeout)
        self._database = self._client[database]
        self._timeout = timeout

    def collection(self, name: str) -> Collection:
        return self._database[name]

    async def ping(self) -> None:
        """Return if the server answers.

        Raises:
            SettingsError: it refuses the login, or its certificate is not trusted.
            UnavailableError: it does not answer within the timeout.
        """
        with self.explaining(), pymongo.timeout(self._timeout.total_seconds()):
            await self._client.admin.command("ping")

    async def check(self) -> None:
        """Return if the server is a replica set, or a sharded cluster, that we may write to.

        Raises:
            SettingsError: MONGODB_URI or MONGODB_DATABASE is wrong for sure.
            UnavailableError: the server can't be reached in time.
        """
        within = min(self._timeout, _CHECKED_WITHIN).total_seconds()
        with self.explaining(), pymongo.timeout(within):
            hello = await self._client.admin.command("hello")
            if "setName" not in hello and hello.get("msg") != "isdbgrid":
                raise SettingsError(NO_REPLICA_SET)
            # No document has this id: nothing is written, but the right to write is checked.
            await self._database["users"].update_one({"_id": ""}, {"$unset": {"_": ""}})

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Tell a setting that is wrong for sure from a server that may come back.

        Raises:
            SettingsError: the driver's error proves a wrong setting.
            UnavailableError: any other error of the driver.
        """
        try:
            yield
        except PyMongoError as error:
            unavailable = UnavailableError("MongoDB", reason=reason(error))
            raise (refusal(error) or unavailable) from error

    def close(self) -> None:
        """Close all sockets. The connection can't be used afterwards."""
        with pymongo.timeout(_GOODBYE.total_seconds()):
            self._client.close()

    @contextmanager
    def bounded(self) -> Iterator[None]:
        """Give everything inside one deadline. An outer deadline stays in force.

        Raises:
            UnavailableError: the server can't be reached, or the deadline passed.
        """
        try:
            with pymongo.timeout(self._timeout.total_seconds()):
                yield
        except PyMongoError as error:
            if isinstance(error, ConnectionFailure) or error.timeout:
                raise UnavailableError("MongoDB", reason=reason(error)) from error
            raise

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        """Commit the session's writes when the block ends; if it raises, commit nothing."""
        async with await self._client.start_session() as session:
            session.start_transaction()
            try:
                yield session
            except BaseException:
                # Until the abort, other writers can't change these documents, for up to a minute.
                # The caller's deadline may have passed, so the abort has its own.
                await asyncio.create_task(_abort(session), context=Context())
                raise
            await session.commit_transaction()

    async def retried(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Run `attempt`, again from its first read whenever another writer was faster.

        It must be safe to repeat: the answer to a commit may have been lost. Time limits the tries,
        not a number, because the other writer's commit waits for the server's disk.

        Raises:
            UnavailableError: it was still overtaken when the timeout passed.
        """
        deadline = time.monotonic() + self._timeout.total_seconds()
        pause = _FIRST_PAUSE
        while True:
            try:
                return await attempt()
            except (LostRaceError, PyMongoError) as error:
                if not _is_overtaken(error):
                    raise
                left = deadline - time.monotonic()
                if left <= 0:
                    raise UnavailableError("MongoDB") from error
            await asyncio.sleep(min(_up_to(pause), left))
            pause = min(pause * 2, _LONGEST_PAUSE)


def _client(uri: str, timeout: timedelta) -> AsyncIOMotorClient[Document]:
    try:
        return AsyncIOMotorClient(
            uri,
            appname="relai",
            w="majority",
            journal=True,
            retryWrites=True,
            # Reads see only majority-committed writes, so an event that was read can't be rolled
            # back.
            readConcernLevel="majority",
            serverSelectionTimeoutMS=round(timeout.total_seconds() * 1000),
            tz_aware=True,
            tzinfo=UTC,
        )
    except (ConfigurationError, ValueError, OSError):
        # The driver's own words may quote a part of the password, and so does a traceback.
        raise SettingsError(UNUSABLE) from None


async def _abort(session: Session) -> None:
    with pymongo.timeout(_GOODBYE.total_seconds()):
        await session.abort_transaction()


def _is_overtaken(error: Exception) -> bool:
    if isinstance(error, PyMongoError) and not isinstance(error, DuplicateKeyError):
        return any(error.has_error_label(label) for label in _RETRY_LABELS)
    return True


def _up_to(pause: timedelta) -> float:
    return random.uniform(0, pause.total_seconds())  # noqa: S311 - spreads writers, no secret
