"""What Slack's Web API says went wrong."""

from slack_sdk.errors import SlackApiError


def code_of(error: SlackApiError) -> str:
    """Slack's error code, or `unreadable` for an answer without one, such as a bare 500.

    The SDK hands over such an answer as a plain text in place of a response.
    """
    body = getattr(error.response, "data", None)
    return str(body["error"]) if isinstance(body, dict) and body.get("error") else "unreadable"
