"""The codes of problems, and advice for the caller about each."""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class ProblemCode(StrEnum):
    """The kind of a problem, for programs. A code is never removed or renamed."""

    MALFORMED = "malformed"
    UNAUTHENTICATED = "unauthenticated"
    READ_ONLY_TOKEN = "read_only_token"  # noqa: S105 - a word, no secret
    OTHER_WORKSPACE = "other_workspace"
    NOT_ALLOWED = "not_allowed"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    TOO_SLOW = "too_slow"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    BODY_TOO_LARGE = "body_too_large"
    UNSUPPORTED_MEDIA_TYPE = "unsupported_media_type"
    INVALID = "invalid"
    UNKNOWN_PERSON = "unknown_person"
    PERSON_CANNOT = "person_cannot"
    RATE_LIMITED = "rate_limited"
    NOT_CONFIGURED = "not_configured"
    STARTING = "starting"
    UNAVAILABLE = "unavailable"
    UNCONFIRMED = "unconfirmed"
    INTERNAL_ERROR = "internal_error"
    TASK_CLOSED = "task_closed"
    NOT_THE_OWNER = "not_the_owner"
    NOT_INVOLVED = "not_involved"
    NOT_THE_RECEIVER = "not_the_receiver"
    NOT_THE_SENDER = "not_the_sender"
    RELAY_OPEN = "relay_open"
    RELAY_ENDED = "relay_ended"
    SAME_PERSON = "same_person"
    UNREACHABLE = "unreachable"
    ALREADY_USED = "already_used"


class Advice(NamedTuple):
    """The HTTP status of a code, and advice for the caller."""

    status: int
    what_to_do: str


ADVICE: Mapping[ProblemCode, Advice] = {
    ProblemCode.MALFORMED: Advice(
        400, "Send a complete request with a JSON body. Nothing was done."
    ),
    ProblemCode.UNAUTHENTICATED: Advice(401, "Send a valid token."),
    ProblemCode.READ_ONLY_TOKEN: Advice(403, "Use a token that may write."),
    ProblemCode.OTHER_WORKSPACE: Advice(403, "Ask the bot of the token's own workspace."),
    ProblemCode.NOT_ALLOWED: Advice(403, "The detail names the rule that forbids this request."),
    ProblemCode.NOT_FOUND: Advice(404, "Check the address: this workspace has nothing there."),
    ProblemCode.METHOD_NOT_ALLOWED: Advice(405, "Use a method that the header Allow lists."),
    ProblemCode.TOO_SLOW: Advice(408, "Send the body faster. Nothing was done."),
    ProblemCode.IDEMPOTENCY_KEY_REUSED: Advice(409, "Use a new key for a new request."),
    ProblemCode.BODY_TOO_LARGE: Advice(413, "Send a shorter body."),
    ProblemCode.UNSUPPORTED_MEDIA_TYPE: Advice(415, "Send application/json."),
    ProblemCode.INVALID: Advice(422, "Correct the field that is named. Nothing was done."),
    ProblemCode.UNKNOWN_PERSON: Advice(422, "Name a person of this workspace."),
    ProblemCode.PERSON_CANNOT: Advice(
        422, "Name a full member. Guests, bots, outsiders and deactivated people are refused."
    ),
    ProblemCode.RATE_LIMITED: Advice(429, "Wait for the seconds in Retry-After."),
    ProblemCode.NOT_CONFIGURED: Advice(503, "Set API_TOKENS."),
    ProblemCode.STARTING: Advice(503, "Send the request again in a moment."),
    ProblemCode.UNAVAILABLE: Advice(
        503, "A part is down, and nothing was saved. Send the request again."
    ),
    ProblemCode.UNCONFIRMED: Advice(
        503, "The request may have been saved. Send it again with the same key."
    ),
    ProblemCode.INTERNAL_ERROR: Advice(500, "Tell your admin the reference in the detail."),
    ProblemCode.TASK_CLOSED: Advice(409, "The task is done or cancelled."),
    ProblemCode.NOT_THE_OWNER: Advice(403, "Act in the owner's name."),
    ProblemCode.NOT_INVOLVED: Advice(403, "Act in the owner's or the creator's name."),
    ProblemCode.NOT_THE_RECEIVER: Advice(403, "Only the receiver may answer."),
    ProblemCode.NOT_THE_SENDER: Advice(403, "Only the sender may take the hand-over back."),
    ProblemCode.RELAY_OPEN: Advice(409, "Wait until the open hand-over has ended."),
    ProblemCode.RELAY_ENDED: Advice(409, "The hand-over has ended."),
    ProblemCode.SAME_PERSON: Advice(409, "Hand the task to another person."),
    ProblemCode.UNREACHABLE: Advice(
        409, "Hand the task to another person. This person can't hold tasks."
    ),
    ProblemCode.ALREADY_USED: Advice(409, "Use a new key."),
}
