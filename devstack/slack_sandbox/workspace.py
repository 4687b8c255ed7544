"""The state of the workspace: people, messages, and open views."""

from devstack.slack_sandbox.broadcast import Broadcast
from devstack.slack_sandbox.channels import Channels
from devstack.slack_sandbox.ids import Clock, new_id
from devstack.slack_sandbox.messages import Messages
from devstack.slack_sandbox.options import Options
from devstack.slack_sandbox.people import People
from devstack.slack_sandbox.records import Installation, PendingEvent, Person
from devstack.slack_sandbox.storage import Storage, Table
from devstack.slack_sandbox.triggers import ResponseUrls, Triggers
from devstack.slack_sandbox.views import Views

SLACKBOT = "USLACKBOT"


class Workspace:
    """The state that outlives the process, also a kill."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self.storage = Storage(options.data)
        self.broadcast = Broadcast()
        self._installations = Table(self.storage, Installation)
        there = self._installations.find("installation")
        self.is_new = there is None
        self.installation = there or self._install()
        self.people = People(self.storage, self.broadcast, clock)
        self.channels = Channels(self.storage, self.broadcast, clock, self.installation)
        self.messages = Messages(self.storage, self.broadcast, clock, self.installation)
        self.views = Views(self.storage, self.broadcast, clock, self.installation)
        self.triggers = Triggers(self.storage, clock)
        self.response_urls = ResponseUrls(self.storage, clock)
        self.pending_events = Table(self.storage, PendingEvent)
        if options.request_url:
            self.set_request_url(options.request_url)

    def _install(self) -> Installation:
        installation = Installation(
            team_id=new_id("T"),
            team_name="Sandbox",
            domain="sandbox",
            app_id=new_id("A"),
            bot_id=new_id("B"),
            bot_user_id=new_id("U"),
        )
        self._installations.put(installation)
        return installation

    @property
    def request_url(self) -> str | None:
        return self.installation.request_url

    def set_request_url(self, url: str | None) -> None:
        self.installation.request_url = url
        self._installations.put(self.installation)

    def is_bot(self, person: Person) -> bool:
        """True if the user is a bot. Slack does not mark Slackbot as a bot."""
        return person.is_bot or person.id == SLACKBOT
