"""Slash commands, from the typed line to the shown answer."""

import structlog

from devstack.slack_sandbox.answers import Answers
from devstack.slack_sandbox.delivery import Delivery, Dispatcher
from devstack.slack_sandbox.errors import SlackError
from devstack.slack_sandbox.payloads import Payloads
from devstack.slack_sandbox.records import Channel, Person
from devstack.slack_sandbox.typed_text import escaped, split_command
from devstack.slack_sandbox.workspace import Workspace

log = structlog.get_logger()


class Commands:
    """Carries typed commands to the app, and the answers back."""

    def __init__(
        self, workspace: Workspace, payloads: Payloads, dispatcher: Dispatcher, answers: Answers
    ) -> None:
        self._workspace = workspace
        self._payloads = payloads
        self._dispatcher = dispatcher
        self._answers = answers

    async def type(self, person: Person, channel: Channel, typed: str) -> Delivery:
        """Deliver a typed command and show its answer, or Slack's error line."""
        command, text = split_command(typed)
        payload = self._payloads.command(person, channel, command, escaped(text, self._workspace))
        delivery = await self._dispatcher.deliver("command", payload)
        if not delivery.is_ok:
            self._answers.say_failed(person.id, channel.id, command, delivery.outcome)
        elif delivery.answer:
            self._show(person, channel, command, delivery)
        return delivery

    def _show(self, person: Person, channel: Channel, command: str, delivery: Delivery) -> None:
        try:
            self._answers.say(person.id, channel.id, delivery.answer or {})
        except SlackError as error:
            log.warning("answer_refused", command=command, error=error.body())
            self._answers.say_failed(person.id, channel.id, command, "invalid_command_response")
