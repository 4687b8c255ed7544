"""The small checks that every Block Kit rule is made of, worded as Slack words them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """A problem and its place: `pointer` is a JSON pointer."""

    message: str
    pointer: str

    def __str__(self) -> str:
        return f"{self.message} [json-pointer:{self.pointer}]"


Problems = Iterator[Problem]
Spec = Mapping[str, object]


def required(given: Spec, names: Iterable[str], at: str) -> Problems:
    """Check that these are there."""
    for name in names:
        if given.get(name) is None:
            yield Problem(f"missing required field: {name}", at)


def known(given: Spec, names: Iterable[str], at: str) -> Problems:
    """Check that nothing else is there."""
    for name in sorted(set(given) - set(names)):
        yield Problem(f"invalid additional property: {name}", at)


def string(given: Spec, name: str, most: int, at: str, *, least: int = 0) -> Problems:
    """Check an optional string of this length in characters."""
    value = given.get(name)
    if value is None:
        return
    where = f"{at}/{name}"
    if not isinstance(value, str):
        yield Problem("must be a string", where)
    elif len(value) > most:
        yield Problem(f"must be less than {most + 1} characters", where)
    elif len(value) < least:
        yield Problem(f"must be more than {least - 1} characters", where)


def items(given: Spec, name: str, most: int, at: str, *, least: int = 1) -> Problems:
    """Check an optional list of this many items."""
    value = given.get(name)
    if value is None:
        return
    where = f"{at}/{name}"
    if not isinstance(value, list):
        yield Problem("must be an array", where)
    elif len(value) > most:
        yield Problem(f"no more than {most} items allowed", where)
    elif len(value) < least:
        yield Problem(f"no less than {least} items allowed", where)


def listed(given: Spec, name: str, at: str) -> Iterator[tuple[Spec, str]]:
    """Yield the objects of a list with their pointers. The caller checks all other items."""
    value = given.get(name)
    for index, item in enumerate(value if isinstance(value, list) else []):
        yield (item if isinstance(item, dict) else {}), f"{at}/{name}/{index}"


def one_of(given: Spec, name: str, allowed: Collection[str], at: str) -> Problems:
    """Check an optional word."""
    value = given.get(name)
    if value is not None and not (isinstance(value, str) and value in allowed):
        yield Problem("must be a valid enum value", f"{at}/{name}")


def boolean(given: Spec, name: str, at: str) -> Problems:
    """Check an optional yes or no."""
    if not isinstance(given.get(name), bool | None):
        yield Problem("must be a boolean", f"{at}/{name}")


def text_object(given: Spec, name: str, most: int, at: str, *, plain: bool = False) -> Problems:
    """Check an optional text object; with `plain` it must not be mrkdwn."""
    if given.get(name) is not None:
        yield from text_value(given[name], most, f"{at}/{name}", plain=plain)


def text_value(text: object, most: int, at: str, *, plain: bool = False) -> Problems:
    """Check a text object that is there."""
    if not isinstance(text, dict):
        yield Problem("must be an object", at)
        return
    kinds = ["plain_text"] if plain else ["plain_text", "mrkdwn"]
    if text.get("type") not in kinds:
        yield Problem(f"unsupported type: {text.get('type')}", f"{at}/type")
    yield from required(text, ["text"], at)
    yield from string(text, "text", most, at, least=1)
    extra = "emoji" if text.get("type") == "plain_text" else "verbatim"
    yield from known(text, ["type", "text", extra], at)
