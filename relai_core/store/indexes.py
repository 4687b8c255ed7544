"""Every index, each for the query named beside it; none that no query uses.

Partial ones hold only what their query can find, so they stay small while closed tasks pile up.
Ids of tasks and relays begin with their workspace; all other keys are led by `team_id`.
"""

from collections.abc import Mapping, Sequence

from pymongo import ASCENDING, IndexModel

_OPEN = {"open": True}
_BY_DUE_DATE = (("due_order", ASCENDING), ("number", ASCENDING))


def _index(*keys: str | tuple[str, int], **options: object) -> IndexModel:
    return IndexModel([(k, ASCENDING) if isinstance(k, str) else k for k in keys], **options)


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
    ),
    # find_by_number
    "tasks_archive": (_index("team_id", "number", unique=True),),
    # list_events
    "task_events": (_index("task_id", "version", unique=True),),
    # list_live_cards
    "notices": (_index("notice.task_id", "created_at", partialFilterExpression={"live": True}),),
}
