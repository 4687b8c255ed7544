"""Ids: the same cause is always the same thing, and people's way of naming a task is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from relai_core.domain.ids import relay_id, request_id, task_id, team_of
from relai_core.domain.task import parse_task_number
from tests.relai_core.builders import OTHER_TEAM, TEAM, a_task


def test_the_same_cause_is_the_same_request() -> None:
    assert request_id(TEAM, "view", "V1") == request_id(TEAM, "view", "V1")


def test_another_cause_or_workspace_is_another_request() -> None:
    requests = [
        request_id(TEAM, "view", "V1"),
        request_id(TEAM, "view", "V2"),
        request_id(TEAM, "viewV1"),
        request_id(OTHER_TEAM, "view", "V1"),
    ]

    assert len(set(requests)) == len(requests)


def test_the_task_and_the_relay_of_one_request_are_told_apart() -> None:
    request = request_id(TEAM, "trigger")

    assert str(task_id(TEAM, request)) != str(relay_id(TEAM, request))


def test_an_id_tells_its_workspace() -> None:
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
def test_what_is_not_a_tasks_number_is_not_taken_for_one(text: str) -> None:
    assert parse_task_number(text) is None


@given(st.integers(1, 999_999_999))
def test_what_a_task_is_called_names_it(number: int) -> None:
    assert parse_task_number(a_task(number).key) == number


@given(st.text())
def test_no_text_breaks_the_reading(text: str) -> None:
    number = parse_task_number(text)

    assert number is None or number > 0
