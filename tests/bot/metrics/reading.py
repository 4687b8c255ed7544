"""A page of figures, read as a Prometheus server reads it."""

from prometheus_client.parser import text_string_to_metric_families

from bot.metrics.registry import Metrics


class Figure:
    """A sample's value by the sample's name and some of its labels."""

    def __init__(self, page: str) -> None:
        self.families = list(text_string_to_metric_families(page))

    def __call__(self, name: str, **labels: str) -> float | None:
        """The value of the only sample that fits, or None."""
        found = self.all(name, **labels)
        assert len(found) <= 1, found
        return found[0] if found else None

    def all(self, name: str, **labels: str) -> list[float]:
        """The values of all samples that fit."""
        return [
            sample.value
            for family in self.families
            for sample in family.samples
            if sample.name == name and labels.items() <= sample.labels.items()
        ]


def figures_of(metrics: Metrics) -> Figure:
    return Figure(metrics.render().body.decode())
