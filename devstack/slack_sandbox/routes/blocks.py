"""blocks.validate: checks blocks as Slack would, without posting them."""

from devstack.slack_sandbox.block_rules import message_problems
from devstack.slack_sandbox.call import Call, Method
from devstack.slack_sandbox.errors import SlackError
from devstack.slack_sandbox.problems import Problem
from devstack.slack_sandbox.records import Json
from devstack.slack_sandbox.view_rules import view_problems


def validate(call: Call) -> Json:
    """Return the problems; an empty list for good blocks."""
    return {"errors": [_told(problem) for problem in _problems(call)]}


def _told(problem: Problem) -> Json:
    return {"pointer": problem.pointer, "code": "invalid", "message": problem.message}


def _problems(call: Call) -> list[Problem]:
    view, message = call.arguments.structure("view"), call.arguments.structure("message")
    if isinstance(view, dict):
        return view_problems(view, "modal", "home")
    blocks = message.get("blocks") if isinstance(message, dict) else None
    blocks = blocks if blocks is not None else call.arguments.structure("blocks")
    if not isinstance(blocks, list):
        raise SlackError.with_messages("invalid_arguments", ["missing required field: blocks"])
    return message_problems(blocks)


METHODS = {"blocks.validate": Method(validate)}
