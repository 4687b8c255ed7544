"""Logs: events with fields, as JSON or for a console, the same for our code and for libraries."""

import logging
import re
import sys

import structlog

_QUIET = (
    # It logs the body of requests whose signature is wrong: people's text, at INFO.
    "slack_bolt.AsyncRequestVerification",
    "slack_bolt.AsyncApp",
    "apscheduler",
    "aiohttp.access",
)
# The address of a refused connection holds a ticket. With it, a stranger gets our payloads.
_TICKET = re.compile(r"""(?<=ticket=)[^&\s'"\\\x1b]+""")


def configure_logging(log_format: str) -> None:
    """Send every log line to standard error, as `console` text or as a `json` object.

    Libraries stay at WARNING or above: at DEBUG the Slack SDK prints people's messages.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared, processors=_rendering(log_format)
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.INFO, force=True)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # It logs a traceback, at ERROR, for each line that is no HTTP; ours are caught and logged.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)


def _rendering(log_format: str) -> list[structlog.typing.Processor]:
    drop_meta = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if log_format == "json":
        # Neither form shows local variables: they hold tokens and people's text.
        traces = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
        tail: list[structlog.typing.Processor] = [
            structlog.processors.ExceptionRenderer(traces),
            structlog.processors.JSONRenderer(),
        ]
    else:
        tail = [
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            )
        ]
    return [drop_meta, *tail, _without_tickets]


def _without_tickets(_: object, __: str, line: structlog.typing.EventDict) -> str:
    """Return the rendered line, traceback included, without the tickets in addresses."""
    return _TICKET.sub("***", str(line))
