"""The base of every model that is stored or crosses a wire."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A frozen value. Unknown fields are ignored, so an older reader survives a newer writer.

    Fields of a model that is stored or sent are only ever added, with a default.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")
