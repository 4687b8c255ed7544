"""Builders and Hypothesis strategies of tasks, relays and notices."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from relai_core.domain.decisions import RefusalReason
from relai_core.domain.ids import RelayId, SlackUserId, TaskId, TeamId, TokenName
from relai_core.domain.notice import Notice, NoticeKind
from relai_core.domain.relay import NOTE_LIMIT, Relay, RelayEnd, RelayMode
from relai_core.domain.task import DESCRIPTION_LIMIT, TITLE_LIMIT, Task, TaskStatus

TEAM = TeamId("T1")
ANA, BO, CY = SlackUserId("UANA"), SlackUserId("UBO"), SlackUserId("UCY")
CI = TokenName("ci")
TASK_ID, RELAY_ID = TaskId("T1-task"), RelayId("T1-relay")
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)


def a_relay(**fields: Any) -> Relay:
    """A direct hand-over from Ana to Bo that waits for an answer."""
    given: dict[str, Any] = {
        "id": RELAY_ID,
        "task_id": TASK_ID,
        "team_id": TEAM,
        "from_user": ANA,
        "to_user": BO,
        "mode": RelayMode.DIRECT,
        "opened_at": NOW,
        "nudge_at": NOW + timedelta(minutes=5),
        "answer_by": NOW + timedelta(minutes=10),
    }
    return Relay(**given | fields)


def an_ended_relay(end: RelayEnd, **fields: Any) -> Relay:
    """A relay from Ana to Bo that has ended."""
    return a_relay(end=end, ended_at=NOW + timedelta(minutes=3), **fields)


def a_task(**fields: Any) -> Task:
    """A task that Ana created and owns."""
    given: dict[str, Any] = {
        "id": TASK_ID,
        "team_id": TEAM,
        "number": 42,
        "title": "Renew the certificate",
        "creator": ANA,
        "owner": ANA,
        "owner_since": NOW,
        "due_at": NOW + timedelta(days=1),
        "due_set_at": NOW,
        "hops": (ANA,),
        "created_at": NOW,
        "updated_at": NOW,
    }
    return Task(**given | fields)


def a_task_with(relay: Relay, **fields: Any) -> Task:
    """Ana's task after `relay`, with the owner that follows from its mode and end."""
    stays = relay.end in (RelayEnd.DECLINED, RelayEnd.RETURNED, RelayEnd.WITHDRAWN)
    waits = relay.mode is RelayMode.HANDSHAKE and relay.is_open
    owner = relay.from_user if stays or waits else relay.to_user
    hops = (ANA,) if owner == ANA else (ANA, owner)
    return a_task(**{"relay": relay, "relay_count": 1, "owner": owner, "hops": hops} | fields)


def a_closed_task(**fields: Any) -> Task:
    """A task that Bo has completed."""
    closed = {"status": TaskStatus.COMPLETED, "progress": 100, "closed_at": NOW, "closed_by": BO}
    return a_task(**{"owner": BO, "hops": (ANA, BO)} | closed | fields)


def a_notice(kind: NoticeKind, recipient: SlackUserId = ANA, **fields: Any) -> Notice:
    """A notice of any kind, with everything a kind may need."""
    given: dict[str, Any] = {
        "team_id": TEAM,
        "kind": kind,
        "moment": "m",
        "planned_at": NOW,
        "recipient": recipient,
        "task_id": TASK_ID,
        "relay_id": RELAY_ID if kind.startswith("relay") else None,
        "actor": ANA,
        "due_at": NOW + timedelta(days=1),
        "refusal": RefusalReason.NOT_THE_OWNER,
        "subject": CY,
        "counts": (1, 2),
    }
    return Notice(**given | fields)


_HOSTILE = (
    "&",
    "<",
    ">",
    "<!channel>",
    "<@U1>",
    "<http://evil|bank.com>",
    "*",
    "\n",
    "`",
    "\u202e",
)
people = st.sampled_from([ANA, BO, CY])
moments = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def texts(limit: int) -> st.SearchStrategy[str]:
    """Texts of up to `limit` characters, among them very long and hostile ones."""
    repeated = st.builds(
        lambda piece, times: (piece * times)[:limit],
        st.sampled_from([*_HOSTILE, "é", "😀", "שלום ", "a"]),
        st.integers(1, limit),
    )
    pieces = st.lists(st.sampled_from(_HOSTILE) | st.text(max_size=20), max_size=20)
    return st.one_of(repeated, pieces.map(lambda parts: "".join(parts)[:limit]))


tokens = st.none() | texts(200).filter(bool)
relays = st.builds(
    a_relay,
    from_user=people,
    to_user=people,
    mode=st.sampled_from(RelayMode),
    note=texts(NOTE_LIMIT),
    reason=texts(NOTE_LIMIT),
    answer_by=moments,
    end=st.none() | st.sampled_from(RelayEnd),
    ended_at=st.none() | moments,
    ended_by=st.none() | people,
    via=tokens,
)
tasks = st.builds(
    a_task,
    id=st.from_regex(r"T1-[0-9a-f]{20}", fullmatch=True),
    number=st.integers(1, 10**9),
    title=texts(TITLE_LIMIT),
    description=texts(DESCRIPTION_LIMIT),
    status=st.sampled_from(TaskStatus),
    creator=people,
    owner=people,
    due_at=st.none() | moments,
    progress=st.integers(0, 100),
    relay=st.none() | relays,
    relay_count=st.integers(0, 9),
    hops=st.lists(people, min_size=1, max_size=20).map(tuple),
    closed_at=st.none() | moments,
    closed_by=st.none() | people,
    via=tokens,
    closed_via=tokens,
)
