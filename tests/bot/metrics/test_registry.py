"""Names under which requests are counted."""

from pathlib import Path

import yaml

from bot.metrics.registry import NAMES, Metrics
from relai_core.blockkit.ids import ActionId, CallbackId
from tests.bot.metrics.reading import figures_of

MANIFEST = Path(__file__).parents[3] / "manifest.yml"


def test_every_slack_request_has_a_metric_name() -> None:
    manifest = yaml.safe_load(MANIFEST.read_text())
    commands = {each["command"] for each in manifest["features"]["slash_commands"]}
    events = set(manifest["settings"]["event_subscriptions"]["bot_events"])

    assert commands | events | set(ActionId) | set(CallbackId) == NAMES


def test_a_request_is_counted_by_name_and_outcome() -> None:
    metrics = Metrics()

    metrics.count_request("/task", "ok", 0.2)
    metrics.count_request("/task", "ok", 2.7)
    metrics.count_request("/task", "refused", 0.2)

    read = figures_of(metrics)
    assert read("relai_requests_total", asks="/task", outcome="ok") == 2
    assert read("relai_requests_total", asks="/task", outcome="refused") == 1
    assert read("relai_ack_seconds_bucket", asks="/task", le="0.25") == 2
    assert read("relai_ack_seconds_bucket", asks="/task", le="3.0") == 3


def test_unknown_requests_share_one_name() -> None:
    """An invented name is not shown and adds no series."""
    metrics = Metrics()

    for number in range(100):
        metrics.count_request(f"/made-up-{number}", "ok", 0)
    metrics.count_request(None, "unheard", 0)

    assert figures_of(metrics)("relai_requests_total", asks="other", outcome="ok") == 100
    assert b"made-up" not in metrics.render().body


def test_an_api_request_is_counted_by_operation_and_status() -> None:
    metrics = Metrics()

    metrics.count_api_request("create_task", 201, 0.04)

    read = figures_of(metrics)
    assert read("relai_api_requests_total", operation="create_task", status="201") == 1
    assert read("relai_api_seconds_bucket", operation="create_task", le="0.05") == 1
