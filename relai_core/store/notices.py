"""The ledger of every notice in MongoDB."""

from datetime import datetime, timedelta
from functools import partial

from pymongo import ReturnDocument

from relai_core.domain.ids import ChannelId, MessageTs, NoticeKey, TaskId
from relai_core.domain.notice import Notice, NoticeRow, NoticeState
from relai_core.store.connection import Connection, Document
from relai_core.store.documents import from_document, to_document

CLOCKS_APART = timedelta(minutes=1)
"""Ignore a stored time further in the future than this: the clock that wrote it was wrong."""
_UNSETTLED = {"$in": [NoticeState.PLANNED, NoticeState.AMBIGUOUS]}


class MongoNoticeLedger:
    """Fulfils `relai_core.ports.NoticeLedger`.

    A settled row never changes its state, except by `reopen`.
    """

    def __init__(self, mongo: Connection) -> None:
        self._mongo = mongo
        self._rows = mongo.collection("notices")
        self._turns = mongo.collection("turns")

    async def plan(self, notice: Notice, at: datetime) -> NoticeRow:
        with self._mongo.bounded():
            row = NoticeRow(key=notice.key, notice=notice, created_at=at)
            # Two first plans may collide on the insert.
            return await self._mongo.retried(partial(self._insert_if_absent, row))

    async def take_turn(
        self, key: NoticeKey, channel: ChannelId, *, at: datetime, every: timedelta
    ) -> datetime:
        with self._mongo.bounded():
            # Two first turns may collide on the insert.
            turn = await self._mongo.retried(partial(self._next_turn, channel, at, every))
            await self._rows.update_one({"_id": key}, {"$set": {"turn_at": turn}})
        return turn

    async def claim_call(self, channel: ChannelId, caller: str, *, at_most: timedelta) -> timedelta:
        with self._mongo.bounded():
            # Two first claims may collide on the insert.
            return await self._mongo.retried(partial(self._claimed, channel, caller, at_most))

    async def end_call(self, channel: ChannelId, caller: str, *, rest: timedelta) -> None:
        with self._mongo.bounded():
            await self._turns.update_one(
                {"_id": channel, "caller": caller},
                [{"$set": {"caller": None, "free_at": _from_now(rest)}}],
            )

    async def mark_attempt(self, row: NoticeRow, channel: ChannelId, at: datetime) -> None:
        attempt = {
            "attempted_at": row.attempted_at or at,
            "last_attempt_at": at,
            "channel": channel,
            "turn_at": None,
        }
        with self._mongo.bounded():
            marked = await self._rows.update_one(
                {"_id": row.key, "state": _UNSETTLED, "attempts": row.attempts},
                {"$set": attempt, "$inc": {"attempts": 1}},
            )
        if marked.matched_count == 0:
            raise LookupError(f"notice {row.key} is settled, or another try is under way")

    async def clear_attempt(self, row: NoticeRow) -> None:
        before = {"attempted_at": row.attempted_at, "last_attempt_at": row.last_attempt_at}
        with self._mongo.bounded():
            await self._rows.update_one(
                {"_id": row.key, "state": _UNSETTLED, "attempts": row.attempts + 1},
                {"$set": before},
            )

    async def settle(
        self,
        key: NoticeKey,
        state: NoticeState,
        *,
        at: datetime,
        ts: MessageTs | None = None,
        reason: str = "",
        live: bool = False,
    ) -> NoticeRow:
        """Record the outcome. A row that is already settled stays as it is.

        Raises:
            LookupError: there is no such row.
        """
        moment = "unknown_since" if state is NoticeState.AMBIGUOUS else "settled_at"
        fields = {"state": state, moment: at, "reason": reason, "live": live}
        with self._mongo.bounded():
            document = await self._rows.find_one_and_update(
                {"_id": key, "state": _UNSETTLED},
                {"$set": fields | ({"ts": ts} if ts else {})},
                return_document=ReturnDocument.AFTER,
            ) or await self._rows.find_one({"_id": key})
        if document is None:
            raise LookupError(f"no notice {key}")
        return _row(document)

    async def reopen(self, row: NoticeRow) -> bool:
        """Let a notice that Slack refused be tried again; True if it still was as `row` says.

        The refused call posted no message. But if the answer to an earlier call was lost, the row
        stays ambiguous, so the next try reads the history first.
        """
        fields: Document = {"state": NoticeState.AMBIGUOUS}
        if row.unknown_since is None:
            never = {"attempted_at": None, "last_attempt_at": None, "channel": None}
            fields = {"state": NoticeState.PLANNED, **never}
        fields |= {"reason": "", "settled_at": None, "turn_at": None}
        refused = {"state": NoticeState.FAILED, "reason": row.reason, "settled_at": row.settled_at}
        with self._mongo.bounded():
            opened = await self._rows.update_one({"_id": row.key, **refused}, {"$set": fields})
        return opened.matched_count == 1

    async def list_live_cards(self, task_id: TaskId) -> list[NoticeRow]:
        with self._mongo.bounded():
            wanted = {"notice.task_id": task_id, "live": True}
            documents = await self._rows.find(wanted).sort("created_at", 1).to_list(None)
        return [_row(document) for document in documents]

    async def retire_card(self, key: NoticeKey) -> None:
        with self._mongo.bounded():
            await self._rows.update_one({"_id": key}, {"$set": {"live": False}})

    async def _next_turn(self, channel: ChannelId, at: datetime, every: timedelta) -> datetime:
        following = {"$add": ["$last", every / timedelta(milliseconds=1)]}
        was_wrong = {"$gt": ["$taken_at", at + CLOCKS_APART]}
        turn = {"$cond": [was_wrong, at, {"$max": [at, following]}]}
        document = await self._turns.find_one_and_update(
            {"_id": channel},
            [{"$set": {"last": turn, "taken_at": at}}],
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        last: datetime = document["last"]
        return last

    async def _claimed(self, channel: ChannelId, caller: str, at_most: timedelta) -> timedelta:
        is_over = {"$lte": ["$free_at", "$$NOW"]}
        # A time far ahead was written before the server's clock was put back.
        was_wrong = {"$gt": ["$free_at", _from_now(CLOCKS_APART)]}
        is_free = {"$or": [is_over, was_wrong]}
        document = await self._turns.find_one_and_update(
            {"_id": channel},
            [
                {
                    "$set": {
                        "caller": {"$cond": [is_free, {"$literal": caller}, "$caller"]},
                        "free_at": {"$cond": [is_free, _from_now(at_most), "$free_at"]},
                        "asked_at": "$$NOW",
                    }
                }
            ],
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        if document["caller"] == caller:
            return timedelta(0)
        wait: timedelta = document["free_at"] - document["asked_at"]
        return wait

    async def _insert_if_absent(self, row: NoticeRow) -> NoticeRow:
        document = to_document(row, key="key")
        return _row(
            await self._rows.find_one_and_update(
                {"_id": document.pop("_id")},
                {"$setOnInsert": document},
                upsert=True,
                return_document=ReturnDocument.AFTER,
            )
        )


def _from_now(period: timedelta) -> Document:
    """The moment `period` from now, as an expression for the server's own clock."""
    return {"$add": ["$$NOW", period / timedelta(milliseconds=1)]}


def _row(document: Document) -> NoticeRow:
    return from_document(NoticeRow, document, key="key")
