"""Error codes of Slack's Web API."""

from slack_sdk.errors import SlackApiError


def code_of(error: SlackApiError) -> str:
    """Slack's error code, or `unreadable` if the answer has none, such as a bare 500.

    For such an answer the SDK puts plain text in place of the response.
    """
    body = getattr(error.response, "data", None)
    return str(body["error"]) if isinstance(body, dict) and body.get("error") else "unreadable"
