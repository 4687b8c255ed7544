"""Promise 1, first half, and the trail's part of promise 5: one owner, and only who may."""

from collections import Counter

from tests.chaos.evidence import Evidence, Json
from tests.chaos.oracles.story import Story, tell_story
from tests.chaos.oracles.violation import Violation


def judge_owners(evidence: Evidence) -> list[Violation]:
    """Tell each task's story from its trail, and compare its document with the end of it."""
    tasks = evidence.tasks()
    found = _twice(tasks)
    for story, task in zip(stories(evidence), tasks, strict=True):
        found += [*story.violations, *_against(story, task)]
    return [*found, *_orphans(evidence, tasks), *_guests(evidence)]


def stories(evidence: Evidence) -> list[Story]:
    """The story of each task, in the order of `Evidence.tasks`."""
    relays = {relay["_id"]: relay for relay in evidence.ours("relays")}
    trails: dict[str, list[Json]] = {}
    for event in sorted(evidence.ours("task_events"), key=lambda event: event["version"]):
        trails.setdefault(event["task_id"], []).append(event)
    return [
        tell_story(task["_id"], trails.get(task["_id"], []), relays) for task in evidence.tasks()
    ]


def _twice(tasks: list[Json]) -> list[Violation]:
    ids = Counter(task["_id"] for task in tasks)
    numbers = Counter(task["number"] for task in tasks)
    return [
        *(
            Violation("one owner", "a task is stored twice", each)
            for each, times in ids.items()
            if times > 1
        ),
        *(
            Violation("one owner", "two tasks have one number", f"T-{each}")
            for each, times in numbers.items()
            if times > 1
        ),
    ]


def _against(story: Story, task: Json) -> list[Violation]:
    """Where the document contradicts the trail."""
    told = {
        "owner": story.owner,
        "creator": story.creator,
        "status": story.status,
        "version": story.version,
    }
    return [
        Violation("one owner", f"the {name} contradicts the trail", story.task_id, (task, value))
        for name, value in told.items()
        if task[name] != value
    ]


def _orphans(evidence: Evidence, tasks: list[Json]) -> list[Violation]:
    known = {task["_id"] for task in tasks}
    return [
        Violation("one owner", "an event of a task that is not stored", event["task_id"], event)
        for event in evidence.ours("task_events")
        if event["task_id"] not in known
    ]


def _guests(evidence: Evidence) -> list[Violation]:
    """Guests act never, and hold nothing."""
    guests = {entry["user"] for entry in evidence.lines("guest")}
    return [
        Violation("only who may", "a guest acts or owns", event["_id"], event)
        for event in evidence.ours("task_events")
        if event["actor"] in guests or event["owner"] in guests
    ]
