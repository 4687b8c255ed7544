"""The manifest requests what the code uses, no less and no more, within Slack's limits."""

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import bot
import relai_core.slack
from bot.handlers.relays import RelayHandlers
from bot.handlers.tasks import TaskHandlers
from bot.handlers.users import UserHandlers
from relai_core.blockkit.ids import ActionId, CallbackId

ROOT = Path(__file__).parents[1]
MANIFEST: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text())
BOT_SCOPES = set(MANIFEST["oauth_config"]["scopes"]["bot"])

SCOPES_OF_METHODS = {
    "apps_connections_open": None,  # the app token's own
    "auth_test": None,
    "bots_info": "users:read",
    "chat_postEphemeral": "chat:write",
    "chat_postMessage": "chat:write",
    "chat_update": "chat:write",
    "conversations_history": "im:history",
    "conversations_open": "im:write",
    "dnd_info": "dnd:read",
    "users_info": "users:read",
    "users_lookupByEmail": "users:read.email",
    "views_open": None,
}
"""Slack's table, for DMs where it depends on the kind of conversation."""
SCOPES_OF_EVENTS = {"team_join": "users:read", "user_change": "users:read"}


class Listening:
    """Stands in for a Bolt app and records what handlers listen to."""

    def __init__(self) -> None:
        self.heard: dict[str, set[str]] = {}

    def __getattr__(self, kind: str) -> Any:
        def listen(name: str) -> Any:
            self.heard.setdefault(kind, set()).add(str(name))
            return lambda listener: listener

        return listen


class Anything:
    """Stands in for any argument of a handler class."""

    def __getattr__(self, _: str) -> Any:
        return lambda *args, **kwargs: None


@pytest.fixture
def heard() -> dict[str, set[str]]:
    """The names that handlers listen to, by kind."""
    listening: Any = Listening()
    anything: Any = Anything()
    for handlers in (TaskHandlers, RelayHandlers, UserHandlers):
        handlers(*(anything for _ in inspect.signature(handlers).parameters)).register(listening)
    everything: dict[str, set[str]] = listening.heard
    return everything


def methods_used() -> set[str]:
    """The Web API methods that our code calls."""
    packages = (Path(inspect.getfile(package)).parent for package in (bot, relai_core.slack))
    sources = [path.read_text() for package in packages for path in package.rglob("*.py")]
    known = re.compile(
        r"\.((?:apps|auth|bots|chat|conversations|dnd|users|views|team|reactions)_\w+)\("
    )
    named = re.compile(r'\.api_call\(\s*"([\w.]+)"')
    called = {method for source in sources for method in known.findall(source)}
    return called | {m.replace(".", "_") for source in sources for m in named.findall(source)}


def test_every_command_of_the_code_is_in_the_manifest(heard: dict[str, set[str]]) -> None:
    commands = MANIFEST["features"]["slash_commands"]

    assert {command["command"] for command in commands} == heard["command"]


def test_every_event_of_the_code_is_in_the_manifest(heard: dict[str, set[str]]) -> None:
    assert set(MANIFEST["settings"]["event_subscriptions"]["bot_events"]) == heard["event"]


def test_every_button_and_form_has_a_listener(heard: dict[str, set[str]]) -> None:
    assert heard["action"] == {str(action) for action in ActionId}
    assert heard["view_submission"] == {str(callback) for callback in CallbackId}


def test_scopes_match_the_methods_and_events_in_use(heard: dict[str, set[str]]) -> None:
    needed = {SCOPES_OF_METHODS[method] for method in methods_used()}
    needed |= {SCOPES_OF_EVENTS[event] for event in heard["event"]}

    assert (needed - {None}) | {"commands"} == BOT_SCOPES


def test_commands_escape_mentions() -> None:
    """Unescaped, a mention is a name that can't be looked up safely."""
    assert all(command["should_escape"] for command in MANIFEST["features"]["slash_commands"])


def test_interactivity_dms_and_socket_mode_are_enabled() -> None:
    assert MANIFEST["settings"]["interactivity"]["is_enabled"]
    assert MANIFEST["settings"]["socket_mode_enabled"]
    assert MANIFEST["features"]["app_home"]["messages_tab_enabled"]
    assert not MANIFEST["features"]["app_home"]["messages_tab_read_only_enabled"]


def test_every_text_is_within_slacks_limits() -> None:
    shown, features = MANIFEST["display_information"], MANIFEST["features"]

    assert MANIFEST["_metadata"] == {"major_version": 2, "minor_version": 1}
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert re.fullmatch(r"#[0-9a-f]{6}", shown["background_color"])
    assert re.fullmatch(r"[a-z0-9._-]{1,80}", features["bot_user"]["display_name"])
    for command in features["slash_commands"]:
        assert re.fullmatch(r"/[a-z-]{1,31}", command["command"])
        assert len(command["description"]) <= 2000
        assert len(command["usage_hint"]) <= 1000


def test_manifest_has_no_unknown_part() -> None:
    allowed = {
        "": {"_metadata", "display_information", "features", "oauth_config", "settings"},
        "features": {"app_home", "bot_user", "slash_commands"},
        "oauth_config": {"scopes"},
        "settings": {
            "event_subscriptions",
            "interactivity",
            "org_deploy_enabled",
            "socket_mode_enabled",
            "token_rotation_enabled",
        },
    }

    assert set(MANIFEST) == allowed.pop("")
    for part, keys in allowed.items():
        assert set(MANIFEST[part]) == keys
