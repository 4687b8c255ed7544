"""Checks the token of a Web API call."""

import hmac

from devstack.slack_sandbox.call import Method
from devstack.slack_sandbox.errors import SlackError
from devstack.slack_sandbox.options import Options
from devstack.slack_sandbox.records import Json

_SCHEME = "Bearer "


def check_token(method: Method, authorization: str, arguments: Json, options: Options) -> None:
    """Let a call pass, or raise as Slack does.

    An app token is only taken from the header; a bot token may be an argument too.
    """
    if method.token == "none":  # noqa: S105 - the kind of token, not a token
        return
    in_header = authorization.removeprefix(_SCHEME) if authorization.startswith(_SCHEME) else ""
    token = in_header or str(arguments.get("token") or "")
    if not token:
        raise SlackError("not_authed")
    kind = _kind(token, options)
    if kind is None or (kind == "app" and not in_header):
        raise SlackError("invalid_auth")
    if kind != method.token:
        raise SlackError("not_allowed_token_type")


def _kind(token: str, options: Options) -> str | None:
    if hmac.compare_digest(token.encode(), options.bot_token.encode()):
        return "bot"
    return "app" if hmac.compare_digest(token.encode(), options.app_token.encode()) else None
