"""Errors of refused Web API calls."""

from collections.abc import Awaitable

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse


async def refusal(call: Awaitable[AsyncSlackResponse]) -> AsyncSlackResponse:
    """Return the answer of a call that must be refused."""
    with pytest.raises(SlackApiError) as refused:
        await call
    response = refused.value.response
    assert isinstance(response, AsyncSlackResponse)
    return response


async def error_of(call: Awaitable[AsyncSlackResponse]) -> str:
    """Return the error of a call that must be refused."""
    return str((await refusal(call))["error"])
