"""Chance that follows from a seed."""

import random
from collections.abc import Mapping


class Dice:
    """Throws that are the same for the same seed. `of` gives each use throws of its own."""

    def __init__(self, seed: int, of: str) -> None:
        self._random = random.Random(f"{seed}-{of}")  # noqa: S311 - chance, no secret

    def pause(self, average: float) -> float:
        """Time until the next of things that come at random, so many seconds apart on average."""
        return self._random.expovariate(1 / average)

    def between(self, low: float, high: float) -> float:
        return round(self._random.uniform(low, high), 3)

    def below(self, limit: int) -> int:
        return self._random.randrange(limit)

    def fraction(self) -> float:
        return self._random.random()

    def drawn(self, weights: Mapping[str, int]) -> str:
        """One of the names, by their weights."""
        return self._random.choices(list(weights), list(weights.values()))[0]

    def one_of(self, names: tuple[str, ...]) -> str:
        return self._random.choice(names)
