"""How long things may take before somebody is told."""

from datetime import timedelta
from typing import NamedTuple

from relai_core.polling import POLLED_WITHIN


class Limits(NamedTuple):
    """How old a difference must be to count.

    Attributes:
        young: what is newer may not be everywhere yet.
        over: how long a workflow may take to tell everyone that its task is closed.
        late: how long after its moment a message is missed.
        forgotten: after that a message is only counted: nobody would miss it any more.
        idle: how long a worker may ask for no work.
        pause: between two looks at what seems wrong.
    """

    young: timedelta = timedelta(minutes=1)
    over: timedelta = timedelta(minutes=5)
    late: timedelta = timedelta(minutes=10)
    forgotten: timedelta = timedelta(days=7)
    idle: timedelta = POLLED_WITHIN
    pause: timedelta = timedelta(seconds=5)
