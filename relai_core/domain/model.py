"""The base of every model that is stored or crosses a wire."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A frozen value. Unknown fields are ignored: a document also holds fields for its indexes.

    A validation error names only the field, because it may be logged, and people's words may not.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
