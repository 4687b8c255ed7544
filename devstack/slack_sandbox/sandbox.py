"""Puts the parts of a sandbox together."""

from dataclasses import dataclass, field

import aiohttp
from aiohttp import web

from devstack.slack_sandbox.answers import Answers
from devstack.slack_sandbox.calls import Calls
from devstack.slack_sandbox.commands import Commands
from devstack.slack_sandbox.delivery import Dispatcher
from devstack.slack_sandbox.events import Events
from devstack.slack_sandbox.faults import Faults
from devstack.slack_sandbox.http_transport import HttpTransport
from devstack.slack_sandbox.ids import Clock
from devstack.slack_sandbox.options import Options
from devstack.slack_sandbox.payloads import Payloads
from devstack.slack_sandbox.presses import Presses
from devstack.slack_sandbox.rates import RateLimiter
from devstack.slack_sandbox.seed import seed
from devstack.slack_sandbox.sockets import Sockets
from devstack.slack_sandbox.submissions import Submissions
from devstack.slack_sandbox.workspace import Workspace


@dataclass
class Sandbox:
    """Everything the routes work with."""

    options: Options
    clock: Clock
    workspace: Workspace
    sockets: Sockets
    http: HttpTransport
    dispatcher: Dispatcher
    payloads: Payloads
    answers: Answers
    commands: Commands
    presses: Presses
    submissions: Submissions
    events: Events
    faults: Faults
    rates: RateLimiter
    calls: Calls = field(default_factory=Calls)

    @property
    def base_url(self) -> str:
        return self.payloads.base_url

    async def close(self) -> None:
        """Stop all tasks, and close the storage."""
        await self.events.close()
        await self.dispatcher.close()
        self.workspace.storage.close()


SANDBOX = web.AppKey("sandbox", Sandbox)


def build_sandbox(options: Options, clock: Clock, session: aiohttp.ClientSession) -> Sandbox:
    """Wire the parts. A new workspace is seeded; an old workspace goes on where it was."""
    workspace = Workspace(options, clock)
    if workspace.is_new:
        seed(workspace, with_people=not options.empty)
    faults = Faults()
    sockets = Sockets(workspace.installation.app_id, clock)
    http = HttpTransport(session, lambda: workspace.request_url, options.signing_secret, clock)
    dispatcher = Dispatcher(sockets, http, faults, clock, options.ack_within)
    payloads, answers = Payloads(workspace), Answers(workspace)
    return Sandbox(
        options=options,
        clock=clock,
        workspace=workspace,
        sockets=sockets,
        http=http,
        dispatcher=dispatcher,
        payloads=payloads,
        answers=answers,
        commands=Commands(workspace, payloads, dispatcher, answers),
        presses=Presses(workspace, payloads, dispatcher),
        submissions=Submissions(workspace, payloads, dispatcher),
        events=Events(
            dispatcher,
            workspace.pending_events,
            workspace.installation,
            clock,
            subscribed=options.events,
            delays=options.event_retry_delays,
        ),
        faults=faults,
        rates=RateLimiter(clock),
    )
