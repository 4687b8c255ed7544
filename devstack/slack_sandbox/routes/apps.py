"""apps.connections.open: the door to Socket Mode."""

from devstack.slack_sandbox.call import Call, Method
from devstack.slack_sandbox.records import Json


def open_connection(call: Call) -> Json:
    """Return the address of a websocket, valid for a single connection within 30 seconds."""
    ticket = call.sockets.issue_ticket()
    app_id = call.workspace.installation.app_id
    return {"url": f"ws://{call.host}/link/?ticket={ticket}&app_id={app_id}"}


METHODS = {
    "apps.connections.open": Method(open_connection, token="app"),  # noqa: S106 - the kind of token
}
