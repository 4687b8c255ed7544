"""Turns a handler's result or exception into an answer, within Slack's three seconds.

No exception leaves a listener, because Bolt would then send no answer. Bolt sends the answer after
the listener has returned, so an answer never promises work that has not happened. The listener
stores the outcome of the request in Bolt's context, under `OUTCOME`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any, NamedTuple, TypeVar

import structlog
from pydantic import BaseModel, ValidationError
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.async_context import AsyncBoltContext
from slack_bolt.response import BoltResponse

from bot.outcomes import OUTCOME, RequestOutcome, outcome_of
from bot.payloads import BlockAction, SlashCommand, UserEvent, ViewSubmission
from bot.troubles import Trouble, trouble_of
from bot.whispers import Whispers
from relai_core.domain.ids import ChannelId, SlackUserId
from relai_core.ports import Message

ANSWER_WITHIN = timedelta(seconds=2.6)
"""Time for a handler. The rest of Slack's 3 seconds is for sending the answer."""

_UNREADABLE = "RelAI could not read what Slack sent, so nothing was done."
_CHANNEL_INITIALS = ("C", "D", "G")

_log = structlog.get_logger(__name__)

Body = dict[str, Any]
Listener = Callable[..., Awaitable[BoltResponse | None]]
_P = TypeVar("_P", bound=BaseModel)
_A = TypeVar("_A")


class ButtonAnswer(NamedTuple):
    """The answer to a click; with `replaces` it takes the place of the clicked message."""

    message: Message
    replaces: bool = False


def plain(text: str) -> Message:
    """A message without blocks."""
    return Message(text, [])


class Replies:
    """Turns handlers, which take a payload and return an answer, into listeners for Bolt."""

    def __init__(self, whispers: Whispers, within: timedelta = ANSWER_WITHIN) -> None:
        self._whispers = whispers
        self._within = within

    def to_command(self, handle: Callable[[SlashCommand], Awaitable[Message | None]]) -> Listener:
        """Answer a slash command. For None no message is sent, as when a form has opened."""

        async def listen(ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
            if (command := _read(SlashCommand, body)) is None:
                context[OUTCOME] = RequestOutcome.UNREADABLE
                await ack(_UNREADABLE)
                return

            async def give(message: Message | None) -> None:
                await (ack(message.text, message.blocks or None) if message else ack())

            async def refuse(trouble: Trouble) -> None:
                await give(trouble.message(command.typed if command.text else ""))

            context[OUTCOME] = await self._answered(handle(command), give, refuse, command.user_id)

        return listen

    def to_click(self, handle: Callable[[BlockAction], Awaitable[ButtonAnswer | None]]) -> Listener:
        """Answer a click. For None no message is sent, because a worker edits the card."""

        async def listen(ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
            await ack()
            if (click := _read(BlockAction, body)) is None:
                context[OUTCOME] = RequestOutcome.UNREADABLE
                return

            async def give(answer: ButtonAnswer | None) -> None:
                if answer is not None:
                    self._whispers.answer(click, answer.message, replaces=answer.replaces)

            async def refuse(trouble: Trouble) -> None:
                self._whispers.answer(click, trouble.message())

            context[OUTCOME] = await self._answered(handle(click), give, refuse, click.user_id)

        return listen

    def to_form(
        self,
        handle: Callable[[ViewSubmission], Awaitable[Message | None]],
        *,
        reasons_at: str | None = None,
    ) -> Listener:
        """Answer a form: close it and tell the result, or leave it open and show the error.

        If the error names no input of the form, it is shown at the input `reasons_at`.
        """

        async def listen(ack: AsyncAck, body: Body, context: AsyncBoltContext) -> None:
            if (form := _read(ViewSubmission, body)) is None:
                context[OUTCOME] = RequestOutcome.UNREADABLE
                await ack()
                return

            async def give(message: Message | None) -> None:
                await ack()
                if message is not None:
                    self._whispers.tell(form.user_id, _channel_of(form), message)

            async def refuse(trouble: Trouble) -> None:
                if not form.inputs:
                    await give(trouble.message())
                    return
                wanted = (trouble.field, reasons_at)
                block = next((at for at in wanted if at in form.inputs), form.inputs[0])
                await ack(response_action="errors", errors={block: trouble.for_modal(form.user_id)})

            context[OUTCOME] = await self._answered(handle(form), give, refuse, form.user_id)

        return listen

    def to_event(self, handle: Callable[[UserEvent], Awaitable[None]]) -> Listener:
        """Handle an event. If the handler fails, the answer is 503, so Slack sends it again."""

        async def listen(body: Body, context: AsyncBoltContext) -> BoltResponse | None:
            if (event := _read(UserEvent, body)) is None:
                context[OUTCOME] = RequestOutcome.UNREADABLE
                return None  # Slack would send the same payload again
            try:
                async with asyncio.timeout(self._within.total_seconds()):
                    await handle(event)
            except Exception as error:  # noqa: BLE001 - after any error Slack must send again
                context[OUTCOME] = outcome_of(error)
                _log.error("event_not_handled", exc_info=error)
                return BoltResponse(status=503)
            return None

        return listen

    async def _answered(
        self,
        work: Awaitable[_A],
        give: Callable[[_A], Awaitable[None]],
        refuse: Callable[[Trouble], Awaitable[None]],
        viewer: SlackUserId,
    ) -> RequestOutcome:
        try:
            async with asyncio.timeout(self._within.total_seconds()):
                answer = await work
        except Exception as error:  # noqa: BLE001 - the person is told of any error
            await refuse(trouble_of(error, viewer))
            return outcome_of(error)
        await give(answer)
        return RequestOutcome.OK


def _read(kind: type[_P], body: Body) -> _P | None:
    """Parse a payload. If it does not fit, log the names of the wrong fields and return None."""
    try:
        return kind.model_validate(body)
    except ValidationError as error:
        places = [".".join(map(str, issue["loc"])) for issue in error.errors()]
        _log.error("payload_unreadable", kind=kind.__name__, places=places)
        return None


def _channel_of(form: ViewSubmission) -> ChannelId | None:
    """The channel in which the person opened the form, if the form stores it."""
    origin = form.view.private_metadata
    return ChannelId(origin) if origin.startswith(_CHANNEL_INITIALS) else None
