"""Each oracle is fed a true story in which one witness lies, and is heard to complain."""

import json
from pathlib import Path

import pytest

from tests.chaos.evidence import Evidence
from tests.chaos.leaks import PLACES, Writing, find_leaks
from tests.chaos.lies import (
    LIES,
)
from tests.chaos.lies_of_notices import LEFT_OUT
from tests.chaos.oracles import judge
from tests.chaos.testimony import (
    row_of,
)
from tests.chaos.witnesses import (
    a_true_story,
)

SECRETS = {"API_TOKENS": b"a secret"}


def test_a_true_story_is_believed() -> None:
    """Otherwise the complaints below would prove nothing."""
    assert judge(a_true_story()) == []


@pytest.mark.parametrize("complaint", LIES)
def test_a_lie_is_heard(complaint: str) -> None:
    """Whatever else is complained of, it is called by its name and its promise."""
    promise, lie = LIES[complaint]
    evidence = a_true_story()

    lie(evidence)

    assert (promise, complaint) in {(found.promise, found.what) for found in judge(evidence)}


@pytest.mark.parametrize("what", LEFT_OUT)
def test_what_is_left_out_must_have_been_untrue_by_then(what: str) -> None:
    evidence = a_true_story()
    key, settled_at = LEFT_OUT[what]

    row_of(evidence, key).update(state="skipped", reason="no longer true", settled_at=settled_at)

    assert ("a notice was skipped without a reason", key) in {
        (found.what, found.about) for found in judge(evidence)
    }


@pytest.mark.parametrize("place", PLACES)
def test_it_is_heard_if_one_place_was_not_searched(place: str) -> None:
    evidence = a_true_story()
    assert evidence.searched_in is not None
    del evidence.searched_in[place]

    assert [(found.what, found.about) for found in judge(evidence)] == [
        ("not searched for secrets", place)
    ]


@pytest.mark.parametrize("place", PLACES)
def test_it_is_heard_where_a_secret_stood(place: str) -> None:
    evidence = a_true_story()
    evidence.leaks.extend(find_leaks([Writing(place, "", "a secret", may_quote=True)], SECRETS))

    assert [(found.what, found.about) for found in judge(evidence)] == [
        ("API_TOKENS in the open", place)
    ]


def test_runs_from_before_anything_was_searched_are_judged_as_ever(tmp_path: Path) -> None:
    """And fields that nobody knows any more do no harm."""
    story = dict(vars(a_true_story()))
    del story["searched_in"], story["leaks"]
    kept = tmp_path / "evidence.json"
    kept.write_text(json.dumps(story | {"searched": 3}))

    assert judge(Evidence.load(kept)) == []
