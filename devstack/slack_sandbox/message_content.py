"""Checks the content of an app's messages, for every method that posts."""

from devstack.slack_sandbox import limits
from devstack.slack_sandbox.block_rules import message_problems
from devstack.slack_sandbox.errors import SlackError
from devstack.slack_sandbox.records import Json


def checked_content(given: Json) -> Json:
    """Return `text`, `blocks`, `attachments` and `metadata` fit to be stored.

    Raises:
        SlackError: `no_text`, `invalid_blocks`, `msg_too_long` and the like, as Slack would.
    """
    content = {
        "text": _text(given),
        "blocks": _blocks(given.get("blocks")),
        "attachments": _attachments(given.get("attachments")),
        "metadata": _metadata(given.get("metadata")),
    }
    if not (content["text"] or content["blocks"] or content["attachments"]):
        raise SlackError("no_text")
    return content


def _text(given: Json) -> str:
    markdown = given.get("markdown_text")
    if not markdown:
        return str(given.get("text") or "")[: limits.MESSAGE_TEXT]
    if given.get("text") or given.get("blocks"):
        raise SlackError("markdown_text_conflict")
    if len(str(markdown)) > limits.MARKDOWN_TEXT:
        raise SlackError("msg_too_long")
    return str(markdown)


def _blocks(blocks: object) -> list[Json] | None:
    if blocks is None:
        return None
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    problems = message_problems(blocks)
    if problems:
        raise SlackError.with_messages("invalid_blocks", map(str, problems))
    return blocks


def _attachments(attachments: object) -> list[Json] | None:
    if attachments is None:
        return None
    if not isinstance(attachments, list) or not all(isinstance(a, dict) for a in attachments):
        raise SlackError("invalid_attachments")
    if len(attachments) > limits.ATTACHMENTS:
        raise SlackError("too_many_attachments")
    return attachments


def _metadata(metadata: object) -> Json | None:
    if metadata is None or metadata == {}:
        return None
    if not isinstance(metadata, dict):
        raise SlackError("invalid_metadata_format")
    event_type, event_payload = metadata.get("event_type"), metadata.get("event_payload")
    if not isinstance(event_type, str) or not isinstance(event_payload, dict) or not event_type:
        raise SlackError("invalid_metadata_format")
    return {"event_type": event_type, "event_payload": event_payload}
