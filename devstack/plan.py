"""Which processes the dev stack runs, in which order and with which environment."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from devstack.mongo_server import MongoServer
from devstack.ports import LOOPBACK
from devstack.probes import answers, has_logged
from devstack.processes import ChildProcess
from devstack.settings import ROOT, DevstackSettings
from devstack.slack_server import SlackServer
from devstack.temporal_server import TemporalServer


def plan(settings: DevstackSettings, data: Path) -> list[ChildProcess]:
    """The processes, each before those that need it; a server that the settings name is not run."""
    environment = dict(os.environ)
    servers: list[ChildProcess] = []
    if settings.mongodb_uri is None:
        mongod = MongoServer(data, port=settings.relai_dev_mongodb_port)
        environment["MONGODB_URI"] = mongod.uri
        servers.append(mongod)
    if settings.temporal_host is None:
        temporal = _temporal(settings, data)
        environment["TEMPORAL_HOST"] = temporal.address
        servers.append(temporal)
    if settings.slack_bot_token is None:
        slack = _slack(settings, data)
        environment = slack.environment(environment)
        servers.append(slack)
    return [*servers, _worker(data, environment), _bot(settings.relai_port, data, environment)]


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


def _bot(port: int, data: Path, environment: Mapping[str, str]) -> ChildProcess:
    address = f"http://{LOOPBACK}:{port}/"
    bot = ChildProcess(
        "bot",
        [sys.executable, "app.py"],
        data=data,
        ready=answers(f"{address}health"),
        ports={"RELAI_PORT": port},
        env=environment,
        cwd=ROOT,
    )
    bot.pages = {"Bot's health": f"{address}health"}
    return bot
