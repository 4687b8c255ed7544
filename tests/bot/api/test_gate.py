"""Tokens, scopes, workspaces, rate limits, request bodies, and the shape of every problem."""

from collections.abc import AsyncIterator

import pytest

from bot.api import gate
from bot.services.durable_calls import UnconfirmedError
from relai_core.errors import UnavailableError
from tests.bot.api.api_harness import (
    CI_SECRET,
    NEW,
    REPORT_SECRET,
    THEIR_SECRET,
    TOKENS,
    ApiHarness,
    a_token,
)
from tests.relai_core.builders import CI, a_task


@pytest.fixture
async def api() -> AsyncIterator[ApiHarness]:
    async with ApiHarness(a_task(42)).listening() as api:
        yield api


@pytest.mark.parametrize("token", [None, "", "relai_wrong", "é", CI_SECRET.upper()])
async def test_missing_or_wrong_token_is_refused(api: ApiHarness, token: str | None) -> None:
    refused = await api.send("GET", "/api/tasks", token=token)

    assert (refused.status, refused.body["code"]) == (401, "unauthenticated")
    assert refused.headers["WWW-Authenticate"].startswith("Bearer")


async def test_other_authorization_scheme_is_refused(api: ApiHarness) -> None:
    refused = await api.send(
        "GET", "/api/tasks", token=None, headers={"Authorization": f"Basic {CI_SECRET}"}
    )

    assert refused.status == 401


async def test_read_only_token_may_not_write(api: ApiHarness) -> None:
    refused = await api.post("/api/tasks", NEW, token=REPORT_SECRET)

    assert (refused.status, refused.body["code"]) == (403, "read_only_token")
    assert api.gateway.asked == []


async def test_token_of_another_workspace_is_refused(api: ApiHarness) -> None:
    refused = await api.get("/api/tasks/T-42", token=THEIR_SECRET)

    assert (refused.status, refused.body["code"]) == (403, "other_workspace")


async def test_old_and_new_token_are_valid_during_a_rotation() -> None:
    tokens = [*TOKENS, a_token(CI, "relai_next")]
    async with ApiHarness(tokens=tokens).listening() as api:
        replies = [await api.get("/api/tasks", token=each) for each in (CI_SECRET, "relai_next")]

    assert [reply.status for reply in replies] == [200, 200]


@pytest.mark.parametrize("path", ["/api/tasks", "/api/openapi.json", "/api", "/api/nothing"])
async def test_api_without_tokens_names_the_missing_setting(path: str) -> None:
    async with ApiHarness(tokens=()).listening() as api:
        refused = await api.get(path)

    assert (refused.status, refused.body["code"]) == (503, "not_configured")
    assert "API_TOKENS" in refused.body["detail"]


async def test_starting_bot_asks_callers_to_wait(api: ApiHarness) -> None:
    api.gate._team_id = None

    refused = await api.get("/api/tasks")

    assert (refused.status, refused.body["code"]) == (503, "starting")
    assert int(refused.headers["Retry-After"]) > 0


async def test_rate_limit_says_when_to_retry() -> None:
    async with ApiHarness(per_minute=2).listening() as api:
        replies = [await api.get("/api/tasks") for _ in range(3)]
        other = await api.get("/api/tasks", token=REPORT_SECRET)

    assert [reply.status for reply in replies] == [200, 200, 429]
    assert replies[-1].body["code"] == "rate_limited"
    assert 1 <= int(replies[-1].headers["Retry-After"]) <= 31
    assert other.status == 200


@pytest.mark.parametrize("method", ["DELETE", "PUT", "POST"])
async def test_unsupported_method_gets_the_allowed_ones(api: ApiHarness, method: str) -> None:
    refused = await api.send(method, "/api/tasks/T-42")

    assert (refused.status, refused.body["code"]) == (405, "method_not_allowed")
    assert set(refused.headers["Allow"].split(", ")) == {"GET", "HEAD", "PATCH"}


async def test_unknown_path_gets_a_problem(api: ApiHarness) -> None:
    refused = await api.get("/api/nothing")

    assert refused.headers["Content-Type"].startswith("application/problem+json")
    assert (refused.status, refused.body["code"]) == (404, "not_found")


async def test_malformed_json_is_refused(api: ApiHarness) -> None:
    json_type = {"Content-Type": "application/json"}

    replies = [
        await api.send("POST", "/api/tasks", data=body, headers=json_type)
        for body in (b"{", b"\xff\xfe", b"[" * 10_000, b'{"a":' * 10_000, b"9" * 5000)
    ]

    assert {(reply.status, reply.body["code"]) for reply in replies} == {(400, "malformed")}


@pytest.mark.parametrize("body", [b"[]", b"null", b'"x"', b"1e400", b'{"title": NaN}'])
async def test_json_that_is_not_an_object_is_refused(api: ApiHarness, body: bytes) -> None:
    json_type = {"Content-Type": "application/json"}

    refused = await api.send("POST", "/api/tasks", data=body, headers=json_type)

    assert (refused.status, refused.body["code"]) == (422, "invalid")


async def test_other_content_types_are_refused(api: ApiHarness) -> None:
    refused = await api.send("POST", "/api/tasks", data=NEW)

    assert (refused.status, refused.body["code"]) == (415, "unsupported_media_type")


async def test_unavailable_part_is_named_with_retry_after(api: ApiHarness) -> None:
    api.gateway.failure = UnavailableError("Temporal")

    refused = await api.post("/api/tasks", NEW)

    assert (refused.status, refused.body["code"]) == (503, "unavailable")
    assert "Temporal" in refused.body["detail"]
    assert int(refused.headers["Retry-After"]) > 0


async def test_unconfirmed_request_gets_503(api: ApiHarness) -> None:
    api.gateway.failure = UnconfirmedError()

    refused = await api.post("/api/tasks", NEW)

    assert (refused.status, refused.body["code"]) == (503, "unconfirmed")


async def test_slow_request_is_answered_as_unconfirmed(
    api: ApiHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "ANSWER_WITHIN", gate.ANSWER_WITHIN / 100)
    api.gateway.may_go_on.clear()

    refused = await api.post("/api/tasks", NEW)

    assert (refused.status, refused.body["code"]) == (503, "unconfirmed")


async def test_unexpected_error_shows_only_a_reference(
    api: ApiHarness, caplog: pytest.LogCaptureFixture
) -> None:
    api.gateway.failure = ZeroDivisionError("secret detail")

    refused = await api.post("/api/tasks", NEW)

    assert (refused.status, refused.body["code"]) == (500, "internal_error")
    assert "secret" not in str(refused.body)
    assert "Traceback" not in str(refused.body)


async def test_every_request_is_counted_by_operation_and_status(api: ApiHarness) -> None:
    await api.get("/api/tasks/T-42")
    await api.get("/api/tasks/T-43")

    assert api.observed == [("get_task", 200), ("get_task", 404)]
