"""What is away, for how long, and what follows from that for those who go on working."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, get_args

Part = Literal["slack", "mongodb", "temporal", "worker", "bot"]
PARTS: tuple[Part, ...] = get_args(Part)

_MOST_TRIES = 240
"""More would measure how fast a queue empties, and not what an outage does."""
_USUAL_WINDOW = timedelta(minutes=10)
_SHORTEST_WINDOW = timedelta(seconds=6)


@dataclass(frozen=True)
class Outage:
    """One part is away for so many seconds."""

    part: Part
    seconds: float

    @property
    def tries(self) -> int:
        """How often somebody tries something meanwhile: at most once a second."""
        return int(min(_MOST_TRIES, self.seconds))

    @property
    def pause(self) -> float:
        """Seconds from one try to the next."""
        return self.seconds / self.tries

    @property
    def window(self) -> timedelta:
        """How long a hand-over waits for its answer, so that several windows fit in."""
        quarter = timedelta(seconds=self.seconds / 4)
        return max(_SHORTEST_WINDOW, min(_USUAL_WINDOW, quarter))
