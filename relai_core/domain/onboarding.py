"""The tasks that everyone who joins is given, and how their file is read."""

import yaml
from pydantic import Field, TypeAdapter, ValidationError

from relai_core.domain.model import Model
from relai_core.domain.task import DESCRIPTION_LIMIT, TITLE_LIMIT


class OnboardingTemplate(Model):
    """One task for everyone who joins, due `due_days` after. `key` names it for ever."""

    key: str = Field(min_length=1)
    title: str = Field(min_length=1, max_length=TITLE_LIMIT)
    description: str = Field(default="", max_length=DESCRIPTION_LIMIT)
    due_days: int | None = Field(default=None, ge=0, le=365)


_TEMPLATES: TypeAdapter[tuple[OnboardingTemplate, ...]] = TypeAdapter(
    tuple[OnboardingTemplate, ...]
)


def parse_templates(text: str) -> tuple[OnboardingTemplate, ...]:
    """Read the YAML list of tasks.

    Raises:
        ValueError: saying what is wrong and where.
    """
    try:
        templates = _TEMPLATES.validate_python(yaml.safe_load(text) or [])
    except (yaml.YAMLError, ValidationError) as error:
        raise ValueError(str(error)) from error
    keys = [template.key for template in templates]
    if repeated := {key for key in keys if keys.count(key) > 1}:
        raise ValueError(f"each key may stand once; these stand again: {sorted(repeated)}")
    return templates
