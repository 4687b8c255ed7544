"""The base of every model that is stored or crosses a wire."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A frozen value. Unknown fields are ignored, so an older reader survives a newer writer.

    Fields of a model that is stored or sent are only ever added, with a default. What does not fit
    is told by its place alone: an error may be shown or logged, and people's words may not.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)
