"""A new member is welcomed once; a guest hears nothing."""

from tests.scenarios.marks import OVER_BOTH
from tests.scenarios.people import Workspace, eventually

pytestmark = OVER_BOTH


async def test_joining_delivered_again_is_welcomed_once(
    workspace: Workspace,
) -> None:
    """`team_join` twice, one welcome, the first tasks once each."""
    newcomer = await workspace.person("nia", announce=True)
    await newcomer.sees("Welcome")
    joined = (await workspace.get("deliveries", kind="event"))["deliveries"][-1]

    async def taken() -> bool:
        """Two more at once; Slack, too, sends again what was not taken."""
        body = {"times": 2, "concurrently": True}
        again = await workspace.post(f"deliveries/{joined['id']}/repeat", body)
        return [each["outcome"] for each in again["deliveries"]] == ["ok", "ok"]

    await eventually("both are taken", taken)
    await newcomer.sees("Try a hand-over", "Mark complete")
    assert await newcomer.count("Welcome") == 1
    assert await newcomer.count("Try a hand-over", "Mark complete") == 1
    assert await newcomer.count("was created") == 0


async def test_guest_is_not_onboarded(workspace: Workspace) -> None:
    """A guest joins, then someone else: only the second one hears from us."""
    guest = await workspace.person("gil", announce=True, is_restricted=True)
    member = await workspace.person("mia", announce=True)

    await member.sees("Welcome")
    assert await guest.messages() == []
