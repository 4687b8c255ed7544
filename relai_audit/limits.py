"""How long things may take before somebody is told."""

from datetime import timedelta
from typing import NamedTuple


class Limits(NamedTuple):
    """How old a difference must be to count.

    Attributes:
        young: what is newer may not be everywhere yet.
        over: how long a workflow may take to tell everyone that its task is closed.
        late: how long after its moment a message is missed.
        forgotten: after that a message is only counted: nobody would miss it any more.
        pause: between two looks at what seems wrong.
    """

    young: timedelta = timedelta(minutes=1)
    over: timedelta = timedelta(minutes=5)
    late: timedelta = timedelta(minutes=10)
    forgotten: timedelta = timedelta(days=7)
    pause: timedelta = timedelta(seconds=5)
