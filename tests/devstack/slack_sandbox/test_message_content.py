"""Random malformed messages and views are refused as Slack refuses them."""

from contextlib import suppress
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from devstack.slack_sandbox.block_ids import with_ids
from devstack.slack_sandbox.block_rules import message_problems
from devstack.slack_sandbox.element_state import state_of
from devstack.slack_sandbox.errors import SlackError
from devstack.slack_sandbox.message_content import checked_content
from devstack.slack_sandbox.view_rules import checked_view
from tests.devstack.slack_sandbox.blocks import GOOD, modal

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)


@st.composite
def damaged(draw: st.DrawFn, whole: Any) -> Any:
    """Return valid JSON in which one value is replaced by a random one."""
    if isinstance(whole, dict) and whole and draw(st.booleans()):
        name = draw(st.sampled_from(sorted(whole)))
        return {**whole, name: draw(damaged(whole[name]))}
    if isinstance(whole, list) and whole and draw(st.booleans()):
        return [draw(damaged(whole[0])), *whole[1:]]
    return draw(JSON)


@given(st.sampled_from(GOOD).flatmap(damaged))
def test_damaged_blocks_are_refused_or_usable(block: Any) -> None:
    if not message_problems([block]):
        named = with_ids([block])
        assert named
        state_of(named, {})


@given(damaged(modal(close={"type": "plain_text", "text": "Stop"}, clear_on_close=True)))
def test_damaged_views_are_refused_as_slack_does(view: Any) -> None:
    with suppress(SlackError):
        assert checked_view(view, "modal")["title"]


@given(
    st.fixed_dictionaries(
        {},
        optional=dict.fromkeys(
            ["text", "blocks", "attachments", "metadata", "markdown_text"], JSON
        ),
    )
)
def test_random_content_is_refused_as_slack_does(said: dict[str, Any]) -> None:
    with suppress(SlackError):
        content = checked_content(said)
        assert content["text"] or content["blocks"] or content["attachments"]
