"""The client: calls share one session, which carries the time limit."""

from aiohttp import web

from relai_core.slack.client import CALL_TIMEOUT, create_client, create_session


async def test_calls_share_one_connection_and_a_time_limit() -> None:
    """A session for each call would open a connection each time."""
    connections = set()

    async def answer(request: web.Request) -> web.Response:
        assert request.transport is not None
        connections.add(request.transport.get_extra_info("peername"))
        return web.json_response({"ok": True})

    app = web.Application()
    app.add_routes([web.post("/api/auth.test", answer)])
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]

    async with create_session() as session:
        client = create_client("xoxb-1", f"http://127.0.0.1:{port}/api/", session)
        for _ in range(3):
            await client.auth_test()
        limit = session.timeout.total
    await runner.cleanup()

    assert len(connections) == 1
    assert limit == CALL_TIMEOUT.total_seconds()
