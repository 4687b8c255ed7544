"""Maps Slack's error codes and lost answers to our errors, by one table."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError

from relai_core.errors import (
    AmbiguousDeliveryError,
    InstallationBrokenError,
    MessengerError,
    MissingScopeError,
    RateLimitedError,
    RejectedMessageError,
    TransientMessengerError,
    UndeliverableError,
)

UNKNOWN_PERSON = frozenset({"user_not_found", "users_not_found"})
"""Slack knows no such person in this workspace."""
NOBODY_THERE = UNKNOWN_PERSON | {"user_disabled", "user_not_visible", "cannot_dm_bot"}
"""Refusals because the person is gone, or may not be written to by a bot."""
DEFAULT_WAIT = timedelta(seconds=1)
"""The wait if Slack names none."""
MESSAGE_LIMIT_WAIT = timedelta(hours=1)
"""The wait once a free workspace has used up its messages, which takes hours to mend."""

_CODES: dict[type[MessengerError], str] = {
    UndeliverableError: """
        user_not_found users_not_found user_not_visible user_disabled invalid_user_combination
        cannot_dm_bot method_not_supported_for_channel_type messages_tab_disabled
        channel_not_found not_in_channel is_archived restricted_action no_permission
        ekm_access_denied cannot_reply_to_message message_not_found cant_update_message
        edit_window_closed""",
    InstallationBrokenError: """
        invalid_auth not_authed account_inactive token_revoked token_expired
        team_access_not_granted not_allowed_token_type""",
    MissingScopeError: "missing_scope",
    RejectedMessageError: """
        invalid_blocks invalid_blocks_format msg_blocks_too_long msg_too_long no_text
        markdown_text_conflict invalid_arguments metadata_too_large
        metadata_must_be_sent_from_app invalid_metadata_format invalid_metadata_schema""",
    TransientMessengerError: """
        service_unavailable request_timeout accesslimited team_added_to_org
        org_login_required""",
    # Slack's own words: some aspect of the operation may have succeeded before the error.
    AmbiguousDeliveryError: "fatal_error internal_error",
}
_TABLE = {code: kind for kind, codes in _CODES.items() for code in codes.split()}
_RATE_LIMITS = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})


@contextmanager
def narrowing(*, repeatable: bool) -> Iterator[None]:
    """Turn every error of a Web API call into a `MessengerError`.

    Wrap only the call. If its answer was lost, a `repeatable` call can be tried again; any other
    call is ambiguous.
    """
    try:
        yield
    except SlackApiError as error:
        raise _settled(_error_of(error), repeatable) from error
    except aiohttp.ClientConnectorError as error:
        raise TransientMessengerError("not_connected") from error
    except (TimeoutError, aiohttp.ClientError, AttributeError) as error:
        # The SDK raises AttributeError for a 200 whose body is no JSON object.
        raise _settled(AmbiguousDeliveryError(type(error).__name__), repeatable) from error


def _settled(error: MessengerError, repeatable: bool) -> MessengerError:
    if repeatable and isinstance(error, AmbiguousDeliveryError):
        return TransientMessengerError(error.code)
    return error


def _error_of(error: SlackApiError) -> MessengerError:
    status, headers, body = _answer(error.response)
    code = str(body.get("error") or f"http_{status}")
    if status == 429 or code in _RATE_LIMITS:
        return RateLimitedError(code, _retry_after(code, headers))
    if code.startswith("restricted_action"):
        return UndeliverableError(code)
    # A code outside the table is a refusal. After an unreadable answer the call may have worked.
    refused = "error" in body and status < 500
    return _TABLE.get(code, RejectedMessageError if refused else AmbiguousDeliveryError)(code)


def _answer(response: Any) -> tuple[int, Mapping[str, str], Mapping[str, Any]]:  # noqa: ANN401
    """Read the answer: the SDK's, or aiohttp's if the SDK could not read it."""
    if isinstance(response, aiohttp.ClientResponse):
        return response.status, response.headers, {}
    body = response.data if isinstance(response.data, dict) else {}
    return response.status_code, response.headers, body


def _retry_after(code: str, headers: Mapping[str, str]) -> timedelta:
    if code == "message_limit_exceeded":
        return MESSAGE_LIMIT_WAIT
    wait = headers.get("Retry-After", "")
    return timedelta(seconds=int(wait)) if wait.isdecimal() and int(wait) else DEFAULT_WAIT
