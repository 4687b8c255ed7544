"""A start that can't work: bot and worker say one sentence and end with 2, without a traceback."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from devstack.slack_sandbox.options import DEFAULT_SCOPES, Options
from devstack.slack_sandbox.server import running_sandbox
from tests.locked_mongo import PASSWORD, LockedMongo, Standalone, write_certificate
from tests.starts import SETTINGS, ended, line_with

BOT, WORKER = "app.py", "worker.py"
BOTH = (BOT, WORKER)


class Wrong(NamedTuple):
    """A setting that is wrong, the beginning of the sentence, and the programs that say it."""

    settings: Mapping[str, str]
    said: str
    programs: tuple[str, ...] = BOTH
    files: Mapping[str, bytes] = {}


CERT, KEY = "TEMPORAL_TLS_CLIENT_CERT", "TEMPORAL_TLS_CLIENT_KEY"
LOGIN = "mongodb://{login}@{locked}/?replicaSet=rs0&authSource=admin&tls=true&tlsCAFile={ca}"
TEMPLATE = "RELAI_ONBOARDING_TEMPLATE onboarding.yml: "

WITHOUT_A_SERVER = {
    "no token": Wrong({"SLACK_BOT_TOKEN": ""}, "SLACK_BOT_TOKEN is not set"),
    ".env not UTF-8": Wrong({}, ".env can't be read: save it as UTF-8", files={".env": b"A=\xff"}),
    "half a TLS pair": Wrong({CERT: "client.pem"}, f"Set both {CERT} and {KEY}, or neither"),
    "no certificate": Wrong(
        {CERT: "nowhere.pem", KEY: "{key}"}, f"The file of {CERT} can't be read: No such file"
    ),
    "no key": Wrong({CERT: "{cert}", KEY: "."}, f"The file of {KEY} can't be read: Is a directory"),
    "key of another": Wrong({CERT: "{cert}", KEY: "{other_key}"}, f"{CERT} and {KEY} must name"),
    "Temporal by URL": Wrong({"TEMPORAL_HOST": "https://t:7233"}, "TEMPORAL_HOST must be a host"),
    "malformed URI": Wrong(
        {"MONGODB_URI": f"mongodb://relai:abc/{PASSWORD}@mongo:27017/"}, "MONGODB_URI can't be used"
    ),
    "port in use": Wrong(
        {"RELAI_PORT": "{taken}"}, "The bot can't listen on RELAI_HOST 127.0.0.1", (BOT,)
    ),
    "foreign host": Wrong(
        {"RELAI_HOST": "192.0.2.1"}, "The bot can't listen on RELAI_HOST 192.0.2.1", (BOT,)
    ),
    "metrics in use": Wrong(
        {"RELAI_WORKER_METRICS": "127.0.0.1:{taken}"},
        "RELAI_WORKER_METRICS 127.0.0.1:{taken} can't be listened on",
        (WORKER,),
    ),
    "no template": Wrong(
        {"RELAI_ONBOARDING_TEMPLATE": "nowhere.yml"},
        "RELAI_ONBOARDING_TEMPLATE nowhere.yml: the file can't be read: No such file",
        (WORKER,),
    ),
    "template without key": Wrong(
        {}, f"{TEMPLATE}task 1 has no key", (WORKER,), {"onboarding.yml": b"- title: A"}
    ),
}
WITH_MONGODB = {
    "no replica set": Wrong(
        {"MONGODB_URI": "mongodb://{standalone}/"}, "MONGODB_URI leads to a MongoDB without a"
    ),
    "set of another name": Wrong(
        {"MONGODB_URI": "mongodb://{standalone}/?replicaSet=rs0"}, "MONGODB_URI names another"
    ),
    "wrong password": Wrong(
        {"MONGODB_URI": LOGIN.replace("{login}", "root:wrong")},
        "MongoDB refuses the login in MONGODB_URI (authentication failed)",
    ),
    "user who may not write": Wrong(
        {"MONGODB_URI": LOGIN.replace("{login}", f"reader:{PASSWORD}")},
        "MongoDB does not let the user of MONGODB_URI read and write MONGODB_DATABASE",
    ),
    "unknown CA": Wrong(
        {"MONGODB_URI": "mongodb://{locked}/?replicaSet=rs0&tls=true"},
        "MongoDB's certificate is not accepted",
    ),
}
WITH_SLACK = {
    "wrong token": Wrong(
        {"SLACK_BOT_TOKEN": "xoxb-wrong"}, "Slack refuses SLACK_BOT_TOKEN (invalid_auth)"
    ),
    "wrong app token": Wrong(
        {"SLACK_APP_TOKEN": "xapp-wrong"}, "Slack refuses SLACK_APP_TOKEN (invalid_auth)", (BOT,)
    ),
    "token without a scope": Wrong(
        {"SLACK_API_URL": "{scopeless}"}, "SLACK_BOT_TOKEN lacks the scopes dnd:read"
    ),
}
WAITED_FOR = {
    "MongoDB down": ("mongodb://127.0.0.1:9/", "Connection refused"),
    "plain against TLS": ("mongodb://{locked}/", "connection closed"),
}
"""What may pass, and the reason in the log."""


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Addresses and files that the settings of this module name."""
    folder = tmp_path_factory.mktemp("places")
    (cert, key), (_, other_key) = (write_certificate(folder, name) for name in ("a", "b"))
    files = {"cert": cert, "key": key, "other_key": other_key}
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield {name: str(file) for name, file in files.items()} | {
            "taken": str(other.getsockname()[1])
        }


@pytest.fixture(scope="module")
def mongods(
    tmp_path_factory: pytest.TempPathFactory, places: dict[str, str]
) -> Iterator[dict[str, str]]:
    standalone = Standalone(tmp_path_factory.mktemp("standalone"))
    locked = LockedMongo(tmp_path_factory.mktemp("locked"))

    async def each(verb: str) -> None:
        await asyncio.gather(*(getattr(server, verb)() for server in (standalone, locked)))

    asyncio.run(each("start"))
    at = {"standalone": standalone.address, "locked": locked.address, "ca": str(locked.ca)}
    yield places | at
    asyncio.run(each("stop"))


@pytest.fixture
async def slack() -> AsyncIterator[dict[str, str]]:
    """One Slack with a sound installation, and one whose token lacks a scope."""
    scopes = tuple(scope for scope in DEFAULT_SCOPES if scope != "dnd:read")
    async with (
        running_sandbox(Options()) as sound,
        running_sandbox(Options(scopes=scopes)) as scopeless,
    ):
        urls = {"slack": sound.base_url, "scopeless": scopeless.base_url}
        yield {name: f"{url}/api/" for name, url in urls.items()}


async def check(wrong: Wrong, folder: Path, places: Mapping[str, str]) -> None:
    """Start the programs at once, and look at their exit codes and at what they said."""
    for name, content in wrong.files.items():
        (folder / name).write_bytes(content)
    chosen = {name: text.format(**places) for name, text in wrong.settings.items()}
    settings = {**SETTINGS, **chosen}
    expected = wrong.said.format(**places)
    ends = await asyncio.gather(*(ended(each, folder, settings) for each in wrong.programs))
    for code, said in ends:
        *log, sentence = said.splitlines()
        assert (code, sentence[: len(expected)]) == (2, expected), said
        assert all(json.loads(line)["event"] for line in log)
        assert not any(word in said for word in ("Traceback", PASSWORD, "Field required"))


@pytest.mark.parametrize("wrong", WITHOUT_A_SERVER.values(), ids=WITHOUT_A_SERVER)
async def test_wrong_setting_is_refused(
    wrong: Wrong, tmp_path: Path, places: dict[str, str]
) -> None:
    await check(wrong, tmp_path, places)


@pytest.mark.parametrize("wrong", WITH_MONGODB.values(), ids=WITH_MONGODB)
async def test_wrong_mongodb_is_refused(
    wrong: Wrong, tmp_path: Path, mongods: dict[str, str]
) -> None:
    await check(wrong, tmp_path, mongods)


@pytest.mark.parametrize("wrong", WITH_SLACK.values(), ids=WITH_SLACK)
async def test_wrong_token_is_refused(wrong: Wrong, tmp_path: Path, slack: dict[str, str]) -> None:
    settings = {"SLACK_API_URL": "{slack}", **wrong.settings}
    await check(wrong._replace(settings=settings), tmp_path, slack)


@pytest.mark.parametrize(("uri", "reason"), WAITED_FOR.values(), ids=WAITED_FOR)
async def test_mongodb_that_may_come_is_waited_for(
    uri: str, reason: str, tmp_path: Path, mongods: dict[str, str]
) -> None:
    settings = {**SETTINGS, "MONGODB_URI": uri.format(**mongods)}

    lines = await asyncio.gather(
        *(line_with('"part": "MongoDB"', each, tmp_path, settings) for each in BOTH)
    )

    for line in lines:
        assert json.loads(line)["event"] == "waiting_for"
        assert reason in json.loads(line)["reason"]
        assert mongods["locked"] not in line
