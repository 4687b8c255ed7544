"""The payloads of commands and interactions, in Slack's shapes."""

from devstack.slack_sandbox.channels import payload_name
from devstack.slack_sandbox.records import Channel, Json, Message, Person, View
from devstack.slack_sandbox.workspace import Workspace


class Payloads:
    """Builds payloads; `base_url` is where the app finds the sandbox again."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.base_url = ""

    def command(self, person: Person, channel: Channel, command: str, text: str) -> Json:
        installation = self._workspace.installation
        response_path = self._workspace.response_urls.issue("commands", person.id, channel.id)
        return {
            "token": "sandbox",
            "team_id": installation.team_id,
            "team_domain": installation.domain,
            "channel_id": channel.id,
            "channel_name": payload_name(channel),
            "user_id": person.id,
            "user_name": person.name,
            "command": command,
            "text": text,
            "api_app_id": installation.app_id,
            "is_enterprise_install": "false",
            "response_url": self.base_url + response_path,
            "trigger_id": self._workspace.triggers.issue(person.id),
        }

    def message_action(self, person: Person, message: Message, action: Json, state: Json) -> Json:
        """Return `block_actions` from a message.

        The app gets only the ts of an ephemeral message.
        """
        urls, is_ephemeral = self._workspace.response_urls, message.only_for is not None
        channel = self._workspace.channels.find(message.channel)
        path = urls.issue(
            "actions",
            person.id,
            message.channel,
            source_ts=message.ts,
            thread_ts=message.thread_ts,
        )
        shown = {} if is_ephemeral else {"message": self._workspace.messages.object_of(message)}
        return {
            **self._interaction("block_actions", person),
            "trigger_id": self._workspace.triggers.issue(person.id),
            "container": _message_container(message),
            "channel": {"id": message.channel, "name": payload_name(channel) if channel else ""},
            **shown,
            "state": {"values": state},
            "response_url": self.base_url + path,
            "actions": [action],
        }

    def view_action(self, person: Person, view: View, action: Json) -> Json:
        return {
            **self._interaction("block_actions", person),
            "trigger_id": self._workspace.triggers.issue(person.id, view.id),
            "container": {"type": "view", "view_id": view.id},
            "view": self._workspace.views.object_of(view),
            "actions": [action],
        }

    def view_submission(self, person: Person, view: View) -> Json:
        return {
            **self._interaction("view_submission", person),
            "trigger_id": self._workspace.triggers.issue(person.id, view.id),
            "view": self._workspace.views.object_of(view),
            "response_urls": [],
        }

    def view_closed(self, person: Person, view: View, *, is_cleared: bool) -> Json:
        return {
            **self._interaction("view_closed", person),
            "view": self._workspace.views.object_of(view),
            "is_cleared": is_cleared,
        }

    def _interaction(self, kind: str, person: Person) -> Json:
        installation = self._workspace.installation
        return {
            "type": kind,
            "team": {"id": installation.team_id, "domain": installation.domain},
            "user": {
                "id": person.id,
                "username": person.name,
                "name": person.name,
                "team_id": person.team_id,
            },
            "api_app_id": installation.app_id,
            "token": "sandbox",
            "enterprise": None,
            "is_enterprise_install": False,
        }


def _message_container(message: Message) -> Json:
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": message.channel,
        "is_ephemeral": message.only_for is not None,
    }
    return {**container, "thread_ts": message.thread_ts} if message.thread_ts else container
