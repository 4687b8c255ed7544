"""All indexes, each with the query it serves.

Partial indexes hold only documents that their query can find, so they stay small while closed tasks
pile up. Ids of tasks and relays begin with their workspace; all other keys are led by `team_id`.
"""

from collections.abc import Mapping, Sequence

from pymongo import ASCENDING, IndexModel

from relai_core.store.keyed_requests import KEPT_FOR
from relai_core.store.worker_reports import FRESH_FOR

_OPEN = {"open": True}
_BY_DUE_DATE = (("due_order", ASCENDING), ("number", ASCENDING))


def _index(*keys: str | tuple[str, int], **options: object) -> IndexModel:
    return IndexModel([(k, ASCENDING) if isinstance(k, str) else k for k in keys], **options)


# list_page, by the most selective field; MongoDB checks the other fields task by task.
_PAGES = (
    _index("team_id", "owner", "number"),
    _index("team_id", "creator", "number"),
    _index("team_id", "status", "number"),
)

INDEXES: Mapping[str, Sequence[IndexModel]] = {
    "tasks": (
        # find_by_number
        _index("team_id", "number", unique=True),
        # list_owned
        _index("team_id", "owner", *_BY_DUE_DATE, partialFilterExpression=_OPEN),
        # list_created
        _index(
            *("team_id", "creator", *_BY_DUE_DATE),
            partialFilterExpression={**_OPEN, "given": True},
        ),
        # list_offered
        _index(
            *("team_id", "relay.to_user", "relay.answer_by", "number"),
            partialFilterExpression={"offered": True},
        ),
        # archive_closed
        _index("closed_at", partialFilterExpression={"open": False}),
        # figures
        _index("team_id", "open", "offered", "due_order", partialFilterExpression=_OPEN),
        *_PAGES,
    ),
    "tasks_archive": (
        # find_by_number
        _index("team_id", "number", unique=True),
        *_PAGES,
    ),
    # list_events
    "task_events": (_index("task_id", "version", unique=True),),
    "notices": (
        # list_live_cards
        _index("notice.task_id", "created_at", partialFilterExpression={"live": True}),
        # figures
        _index("notice.team_id", "state"),
    ),
    # figures
    "relays": (_index("team_id", "end"),),
    # Reports of workers that have ended are deleted.
    "worker_reports": (_index("at", expireAfterSeconds=round(FRESH_FOR.total_seconds())),),
    # Keyed requests are deleted once no repeat is expected any more.
    "api_requests": (_index("claimed_at", expireAfterSeconds=round(KEPT_FOR.total_seconds())),),
}
