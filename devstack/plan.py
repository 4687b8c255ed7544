"""Chooses the processes of the dev stack, their order and their environment."""

import os
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from devstack.api_tokens import ApiToken, kept_secret
from devstack.bot_server import BotServer
from devstack.mongo_server import MongoServer
from devstack.ports import LOOPBACK
from devstack.probes import has_logged
from devstack.processes import ChildProcess
from devstack.settings import ROOT, DevstackSettings
from devstack.slack_server import SlackServer
from devstack.temporal_server import TemporalServer


class Servers(NamedTuple):
    """The servers for bot and worker, and the environment with their addresses."""

    parts: Sequence[ChildProcess]
    sandbox: SlackServer | None
    environment: Mapping[str, str]


def plan(settings: DevstackSettings, data: Path) -> list[ChildProcess]:
    """The processes in the order of their start. A server that the settings name is not run.

    If the settings hold no API token, the sandbox's workspace gets one, kept in the data folder.

    Raises:
        DevstackError: the file with that token can't be used.
    """
    parts, sandbox, environment = servers(settings, data)
    return [*parts, _worker(data, environment), _bot(settings, data, environment, sandbox)]


def servers(settings: DevstackSettings, data: Path) -> Servers:
    """The servers, and the environment for their clients."""
    environment = dict(os.environ)
    parts: list[ChildProcess] = []
    if settings.mongodb_uri is None:
        mongod = MongoServer(data, port=settings.relai_dev_mongodb_port)
        environment["MONGODB_URI"] = mongod.uri
        parts.append(mongod)
    if settings.temporal_host is None:
        temporal = _temporal(settings, data)
        environment["TEMPORAL_HOST"] = temporal.address
        parts.append(temporal)
    sandbox = _slack(settings, data) if settings.slack_bot_token is None else None
    if sandbox is not None:
        environment = sandbox.environment(environment)
        parts.append(sandbox)
    return Servers(parts, sandbox, environment)


def _temporal(settings: DevstackSettings, data: Path) -> TemporalServer:
    return TemporalServer(
        data,
        port=settings.relai_dev_temporal_port,
        ui_port=settings.relai_dev_temporal_ui_port,
    )


def _slack(settings: DevstackSettings, data: Path) -> SlackServer:
    events = f"http://{LOOPBACK}:{settings.relai_port}/slack/events"
    over_http = settings.relai_dev_transport == "http"
    return SlackServer(
        data, port=settings.relai_sandbox_port, request_url=events if over_http else None
    )


def _worker(data: Path, environment: Mapping[str, str]) -> ChildProcess:
    return ChildProcess(
        "worker",
        [sys.executable, "worker.py"],
        data=data,
        ready=has_logged(data / "logs" / "worker.log", "worker_started"),
        env=environment,
        cwd=ROOT,
    )


def _bot(
    settings: DevstackSettings,
    data: Path,
    environment: Mapping[str, str],
    sandbox: SlackServer | None,
) -> BotServer:
    if sandbox is None or settings.api_tokens is not None:
        return BotServer(data, environment, port=settings.relai_port)
    path = data / "api-token"
    token = ApiToken("dev", "write", kept_secret(path))
    bot = BotServer(
        data, environment, port=settings.relai_port, sandbox=sandbox, api_tokens=[token]
    )
    bot.pages = {**bot.pages, "API in a shell": _curl(f"{bot.url}api/tasks", path)}
    return bot


def _curl(url: str, token: Path) -> str:
    here = Path.cwd()
    shown = token.relative_to(here) if token.is_relative_to(here) else token
    return f'curl -H "Authorization: Bearer $(cat {shlex.quote(str(shown))})" {url}'
