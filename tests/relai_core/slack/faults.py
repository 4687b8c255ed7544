"""Makes the Slack sandbox fail."""

from typing import Any

from tests.devstack.slack_sandbox.world import World


async def fault(world: World, method: str, kind: str, **more: Any) -> None:
    """Make the next call of a Web API method fail in this way."""
    status, answer = await world.ask("POST", "faults", {"method": method, "kind": kind, **more})
    assert status == 200, answer
