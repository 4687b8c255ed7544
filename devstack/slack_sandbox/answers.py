"""Shows an app's answer to a person: to a command, or through a `response_url`."""

from devstack.slack_sandbox.errors import SlackError
from devstack.slack_sandbox.message_content import checked_content
from devstack.slack_sandbox.records import Json, Message, ResponseUrl
from devstack.slack_sandbox.workspace import SLACKBOT, Workspace


class Answers:
    """Turns answers into messages."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def take(self, path: str, answer: Json) -> None:
        """Carry out a post to a `response_url`.

        Raises:
            SlackError: the address is used up or too old, or the content is refused.
        """
        address = self._workspace.response_urls.check(path)
        source = self._source(address, answer)
        if answer.get("delete_original"):
            self._workspace.messages.delete(source or _missing())
        elif answer.get("replace_original") and source:
            self._workspace.messages.edit(source, _changed(answer))
        else:
            self.say(address.user, address.channel, answer, thread_ts=address.thread_ts)
        self._workspace.response_urls.use(address)

    def _source(self, address: ResponseUrl, answer: Json) -> Message | None:
        wanted = answer.get("delete_original") or answer.get("replace_original")
        if not wanted or address.source_ts is None:
            return None
        return self._workspace.messages.find(address.channel, address.source_ts) or _missing()

    def say(self, user: str, channel: str, answer: Json, *, thread_ts: str | None = None) -> None:
        """Post an answer: for this person only, unless it says `in_channel`.

        Raises:
            SlackError: the content is refused.
        """
        is_public = answer.get("response_type") == "in_channel"
        self._workspace.messages.post_as_app(
            channel,
            **checked_content(answer),
            thread_ts=str(answer["thread_ts"]) if answer.get("thread_ts") else thread_ts,
            only_for=None if is_public else user,
        )

    def say_failed(self, user: str, channel: str, command: str, error: str) -> None:
        """Show Slack's line for a person whose command failed."""
        text = f'{command} failed with the error "{error}"'
        self._workspace.messages.post(channel, user=SLACKBOT, text=text, only_for=user)


def _missing() -> Message:
    raise SlackError("message_not_found")


def _changed(answer: Json) -> Json:
    return {name: value for name, value in checked_content(answer).items() if name != "metadata"}
