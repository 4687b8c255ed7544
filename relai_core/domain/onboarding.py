"""The tasks for every newcomer, and the reader of their file."""

import yaml
from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from relai_core.domain.model import Model
from relai_core.domain.task import DESCRIPTION_LIMIT, TITLE_LIMIT


class OnboardingTemplate(Model):
    """One task for every newcomer, due `due_days` after they join. Its `key` never changes."""

    model_config = ConfigDict(extra="forbid")

    key: str = Field(min_length=1, description="a text that no other task has")
    title: str = Field(
        min_length=1, max_length=TITLE_LIMIT, description=f"a text of 1 to {TITLE_LIMIT} characters"
    )
    description: str = Field(
        default="",
        max_length=DESCRIPTION_LIMIT,
        description=f"a text of at most {DESCRIPTION_LIMIT} characters",
    )
    due_days: int | None = Field(
        default=None, ge=0, le=365, description="a whole number from 0 to 365"
    )


_TEMPLATES: TypeAdapter[tuple[OnboardingTemplate, ...]] = TypeAdapter(
    tuple[OnboardingTemplate, ...]
)


def parse_templates(text: str) -> tuple[OnboardingTemplate, ...]:
    """Read the YAML list of tasks.

    Raises:
        ValueError: the text names the error and its place.
    """
    try:
        templates = _TEMPLATES.validate_python(yaml.safe_load(text) or [])
    except yaml.MarkedYAMLError as error:
        line = f" in line {error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ValueError(f"the file is no YAML{line}") from error
    except yaml.YAMLError as error:
        raise ValueError("the file is no YAML") from error
    except ValidationError as error:
        raise ValueError(_words(error.errors(include_url=False)[0])) from error
    keys = [template.key for template in templates]
    if repeated := {key for key in keys if keys.count(key) > 1}:
        raise ValueError(f"each key may stand once; these stand again: {sorted(repeated)}")
    return templates


def _words(issue: ErrorDetails) -> str:
    """The error in a task, in our words instead of pydantic's."""
    match issue["loc"]:
        case (int(place), str(name)) if issue["type"] == "missing":
            return f"task {place + 1} has no {name}"
        case (int(place), str(name)) if issue["type"] != "extra_forbidden":
            must_be = OnboardingTemplate.model_fields[name].description
            return f"{name} of task {place + 1} must be {must_be}"
        case (int(place), *_):
            return f"task {place + 1} must have key, title and nothing but description or due_days"
    return "the file must hold a list of tasks"
