"""What a caller tells of its requests when some are never answered."""

from typing import Any

import aiohttp
import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from tests.chaos.act_plan import Act
from tests.chaos.callers import Callers
from tests.chaos.crowd import Crowd, within_patience
from tests.chaos.journal import Json
from tests.scenarios.api import Answer, Api
from tests.scenarios.people import Person, Workspace


class _Bot(Api):
    """Answers yes, or is not there."""

    def __init__(self, *, is_there: bool) -> None:
        self._is_there = is_there

    async def post(
        self, path: str, body: Any = None, key: str | None = None, **query: str | int
    ) -> Answer:
        if not self._is_there:
            raise aiohttp.ClientConnectionError("down")
        return Answer(201, CIMultiDictProxy(CIMultiDict[str]()), {"done": True})


class _Crowd(Crowd):
    """One person, who has everything."""

    def __init__(self) -> None:
        self.members = [Person(_NOWHERE, "UANA", "ana")]

    def present(self, act: Act) -> list[Person]:
        return self.members


class _Nowhere(Workspace):
    def __init__(self) -> None:
        pass


_NOWHERE = _Nowhere()


@pytest.mark.parametrize("repeats", ["after", "at_once"])
async def test_an_answer_counts_whatever_became_of_the_repeat(repeats: str) -> None:
    told = await _create(repeats, first=True, second=False)

    assert told["status"] == 201
    assert "down" in told["again"][0]["unknown"]


@pytest.mark.parametrize("repeats", ["after", "at_once"])
async def test_an_answer_to_the_repeat_counts_as_well(repeats: str) -> None:
    told = await _create(repeats, first=False, second=True)

    assert "status" not in told
    assert told["again"][0]["status"] == 201


async def test_what_was_asked_for_is_kept_though_nobody_answered() -> None:
    """So that it is seen what came of it, and how often."""
    told = await _create("", first=False, second=False)

    assert told["title"] == "Errand x1"
    assert told["key"] == "chaos-1"
    assert "down" in told["unknown"]


async def _create(repeats: str, *, first: bool, second: bool) -> Json:
    act = Act(1, 1, "api_create", 0, 0, 0.5, 0, repeats, False)
    callers = Callers([_Bot(is_there=first), _Bot(is_there=second)], _Crowd(), {})
    return await within_patience(callers.carry_out(act))
