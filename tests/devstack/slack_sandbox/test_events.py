"""Events and their repetition."""

from datetime import timedelta
from pathlib import Path

from tests.devstack.slack_sandbox.apps import NoAnswerError, unanswered
from tests.devstack.slack_sandbox.conftest import Start
from tests.devstack.slack_sandbox.world import Json, World, eventually

AT_ONCE = {"event_retry_delays": (timedelta(0), timedelta(0), timedelta(0))}


async def test_joining_person_is_announced(world: World) -> None:
    app = await world.socket_app()

    joined = await world.control("POST", "people", name="eve", tz="Asia/Tokyo")

    payload = (await app.received.get()).payload
    workspace = await world.control("GET", "workspace")
    assert payload["type"] == "event_callback"
    assert payload["event"]["type"] == "team_join"
    assert payload["event"]["user"]["id"] == joined["id"]
    assert payload["event"]["user"]["tz"] == "Asia/Tokyo"
    assert payload["event_id"].startswith("Ev")
    assert payload["team_id"] == workspace["team"]["id"]
    assert payload["authorizations"][0]["user_id"] == workspace["app"]["bot_user_id"]


async def test_the_delivery_of_a_join_can_be_found(world: World) -> None:
    await world.socket_app()

    joined = await world.control("POST", "people", name="eve")

    async def is_done() -> bool:
        found = (await world.control("GET", "deliveries?kind=event"))["deliveries"]
        return [(d["id"], d["outcome"]) for d in found] == [(joined["delivery_id"], "ok")]

    await eventually(is_done)


async def test_quiet_join_is_not_announced(world: World) -> None:
    joined = await world.control("POST", "people", name="eve", announce=False)

    assert joined["delivery_id"] is None
    assert (await world.control("GET", "deliveries"))["deliveries"] == []


async def test_a_change_of_a_person_is_announced(world: World) -> None:
    app = await world.socket_app()

    await world.control("PATCH", f"people/{await world.user('bo')}", deleted=True)

    event = (await app.received.get()).payload["event"]
    assert (event["type"], event["user"]["deleted"]) == ("user_change", True)
    assert event["cache_ts"] == event["user"]["updated"]


async def test_opening_the_app_is_announced(world: World) -> None:
    app = await world.socket_app()
    user = await world.user("ana")

    await world.control("POST", "home", user=user)

    event = (await app.received.get()).payload["event"]
    assert (event["type"], event["user"], event["tab"]) == ("app_home_opened", user, "home")
    assert event["channel"].startswith("D")


async def test_only_subscribed_events_are_sent(start: Start) -> None:
    world = await start(events=("message",))
    app = await world.socket_app()

    await world.control("POST", "people", name="eve")
    await world.control("POST", "messages", user=await world.user("ana"), text="hello")

    event = (await app.received.get()).payload["event"]
    assert (event["type"], event["channel_type"], event["text"]) == ("message", "im", "hello")
    assert app.received.empty()


async def test_unacknowledged_event_is_repeated_and_numbered(start: Start) -> None:
    world = await start(**AT_ONCE)
    app = await world.socket_app(unanswered)

    await world.control("POST", "people", name="eve")

    tries = [await app.received.get() for _ in range(4)]
    assert [t.retry_attempt for t in tries] == [0, 1, 2, 3]
    assert [t.retry_reason for t in tries] == ["", "timeout", "timeout", "timeout"]
    assert len({t.payload["event_id"] for t in tries}) == 1
    assert len({t.envelope_id for t in tries}) == 4


async def test_an_acknowledgement_ends_the_repetition(start: Start) -> None:
    world = await start(**AT_ONCE)
    seen: list[Json] = []

    async def second_time(payload: Json) -> None:
        seen.append(payload)
        if len(seen) == 1:
            raise NoAnswerError

    await world.socket_app(second_time)
    await world.control("POST", "people", name="eve")

    async def is_done() -> bool:
        found = (await world.control("GET", "deliveries?kind=event"))["deliveries"]
        return [(d["outcome"], d["attempt"]) for d in found] == [
            ("operation_timeout", 1),
            ("ok", 2),
        ]

    await eventually(is_done)
    assert not list(world.sandbox.workspace.pending_events)


async def test_http_retry_is_marked_in_the_headers(start: Start) -> None:
    world = await start(**AT_ONCE)
    app = await world.http_app()
    app.status = 500

    await world.control("POST", "people", name="eve")

    first, second = await app.received.get(), await app.received.get()
    assert "x-slack-retry-num" not in first.headers
    assert second.headers["x-slack-retry-num"] == "1"
    assert second.headers["x-slack-retry-reason"] == "http_error"
    assert second.signed


async def test_an_app_can_decline_repetitions(start: Start) -> None:
    world = await start(**AT_ONCE)
    app = await world.http_app()
    app.status, app.headers = 500, {"x-slack-no-retry": "1"}

    await world.control("POST", "people", name="eve")
    await app.received.get()

    async def is_given_up() -> bool:
        pending: list[str] = (await world.control("GET", "events"))["pending"]
        return not pending

    await eventually(is_given_up)
    assert app.received.empty()


async def test_a_pending_event_survives_a_restart(start: Start, tmp_path: Path) -> None:
    data = tmp_path / "workspace.sqlite3"
    never = {"data": data, "event_retry_delays": (timedelta(hours=1),)}
    first = await start(**never)
    await first.control("POST", "people", name="eve")

    async def has_failed() -> bool:
        found = (await first.control("GET", "deliveries?kind=event"))["deliveries"]
        return [d["outcome"] for d in found] == ["dispatch_failed"]

    await eventually(has_failed)
    event_id = (await first.control("GET", "deliveries"))["deliveries"][0]["payload"]["event_id"]
    assert (await first.control("GET", "events"))["pending"] == [event_id]
    await first.sandbox.events.close()

    async def is_heard_of_again() -> bool:
        found = (await second.control("GET", "deliveries?kind=event"))["deliveries"]
        return [d["attempt"] for d in found] == [2]

    second = await start(**never)
    await eventually(is_heard_of_again)
