"""The file of the tasks for everyone who joins: read, or refused in plain words."""

import re

import pytest

from relai_core.domain.onboarding import parse_templates


def test_tasks_are_read_in_their_order() -> None:
    templates = parse_templates("- {key: b, title: First, due_days: 1}\n- {key: a, title: Second}")

    assert [(each.key, each.title, each.due_days) for each in templates] == [
        ("b", "First", 1),
        ("a", "Second", None),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("- [", "the file is no YAML in line 1"),
        ("key: a", "the file must hold a list of tasks"),
        ("- hello", "task 1 must have key, title and nothing but description or due_days"),
        ("- {key: a, title: A}\n- {key: b}", "task 2 has no title"),
        ("- {key: a, title: A, due_day: 3}", "task 1 must have key, title and nothing but"),
        ("- {key: a, title: A, due_days: soon}", "due_days of task 1 must be a whole number"),
        ("- {key: a, title: ''}", "title of task 1 must be a text of 1 to"),
        ("- {key: a, title: A}\n- {key: a, title: B}", "each key may stand once"),
    ],
)
def test_wrong_file_is_refused_with_the_place(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(said)}"):
        parse_templates(text)
