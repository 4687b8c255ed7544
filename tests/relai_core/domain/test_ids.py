"""Ids follow from their cause, and task numbers are read as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relai_core.domain.ids import relay_id, request_id, task_id, team_of
from relai_core.domain.task import parse_task_number
from tests.relai_core.builders import OTHER_TEAM, TEAM, a_task


def test_same_cause_gives_the_same_request_id() -> None:
    assert request_id(TEAM, "view", "V1") == request_id(TEAM, "view", "V1")


def test_other_cause_or_workspace_gives_another_id() -> None:
    requests = [
        request_id(TEAM, "view", "V1"),
        request_id(TEAM, "view", "V2"),
        request_id(TEAM, "viewV1"),
        request_id(OTHER_TEAM, "view", "V1"),
    ]

    assert len(set(requests)) == len(requests)


def test_task_and_relay_of_one_request_have_different_ids() -> None:
    request = request_id(TEAM, "trigger")

    assert str(task_id(TEAM, request)) != str(relay_id(TEAM, request))


def test_id_contains_its_workspace() -> None:
    request = request_id(OTHER_TEAM, "trigger")

    assert team_of(task_id(OTHER_TEAM, request)) == OTHER_TEAM
    assert team_of(relay_id(OTHER_TEAM, request)) == OTHER_TEAM


@pytest.mark.parametrize("text", ["T-42", "t-42", "T42", "t42", " T-42 ", "T-042"])
def test_a_tasks_number_is_read_as_people_write_it(text: str) -> None:
    assert parse_task_number(text) == 42


@pytest.mark.parametrize(
    "text",
    ["", "42", "T", "T-", "T-0", "T--42", "T-42a", "T-4 2", "AT-42", "T-4\N{SUPERSCRIPT TWO}"],
)
def test_other_text_is_not_a_task_number(text: str) -> None:
    assert parse_task_number(text) is None


@given(st.integers(1, 999_999_999))
def test_task_key_is_read_as_its_number(number: int) -> None:
    assert parse_task_number(a_task(number).key) == number


@given(st.text())
def test_any_text_can_be_parsed(text: str) -> None:
    number = parse_task_number(text)

    assert number is None or number > 0
