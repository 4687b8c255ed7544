"""Promises 5 and 2: what was done is what was asked for, in the name of whoever asked."""

from collections.abc import Iterator

from tests.chaos.evidence import Evidence, Json
from tests.chaos.oracles.acts import acts, name_of
from tests.chaos.oracles.contents import as_stored
from tests.chaos.oracles.effects import Effect, Effects, actor_of, kinds_of
from tests.chaos.oracles.violation import Violation


def judge_asked(evidence: Evidence) -> list[Violation]:
    """Compare each act with every event that it led to: who, what, to whom and how much."""
    known = Effects(evidence)
    return [
        violation
        for act in acts(evidence)
        for effect in known.of(act["answer"])
        for violation in _compared(evidence, act, effect)
    ]


def _compared(evidence: Evidence, act: Json, effect: Effect) -> Iterator[Violation]:
    answer, event = act["answer"], effect.event
    body = answer.get("body")
    if event["actor"] != actor_of(answer) or bool(event["via"]) != (body is not None):
        what = "something was done in another name than that of who asked"
        yield Violation("only who may", what, name_of(act), (act, event))
    if event["kind"] not in kinds_of(act):
        yield Violation("saved", "another thing was done than was asked", name_of(act), event)
    done = _done(effect)
    for name, wanted in _wanted(answer).items():
        if name == "owner" and _fell_back(evidence, effect, wanted):
            continue
        if name in done and done[name] != wanted:
            what = f"another {name} than was asked for"
            yield Violation("saved", what, name_of(act), (wanted, done[name], act))


def _fell_back(evidence: Evidence, effect: Effect, wanted: str) -> bool:
    """Whether the creator holds it because who was to hold it had left."""
    is_creators = effect.event["owner"] == effect.event["actor"]
    return is_creators and evidence.left(wanted, effect.done_at)


def _wanted(answer: Json) -> Json:
    """What was asked for, by its name here: in chat as the journal notes it, else in the body."""
    body, wish = answer.get("body") or {}, dict(answer.get("wish") or {})
    named = {"assignedTo": "owner", "to_user": "receiver", "mode": "mode"}
    named |= {name: name for name in ("progress", "description")}
    wish |= {ours: body[theirs] for theirs, ours in named.items() if theirs in body}
    if "estimatedHandoff" in body:
        wish["due date"] = as_stored(body["estimatedHandoff"])
    if answer.get("about"):
        subject = "task" if answer.get("pressed", "").startswith("task_") else "relay"
        wish[subject] = answer["about"]
    path = answer.get("asked", "").split("/")
    if len(path) > _TASK_IN_PATH:
        wish["task"] = path[_TASK_IN_PATH]
    return wish


_TASK_IN_PATH = 3
"""`PATCH /api/tasks/{id}`."""


def _done(effect: Effect) -> Json:
    """What was done, by the same names."""
    event, relay, change = effect.event, effect.relay, effect.change
    done: Json = {"task": event["task_id"], "number": f"T-{effect.task.get('number')}"}
    if event["kind"] == "created":
        done["owner"] = event["owner"]
    if event["relay_id"]:
        done |= {"relay": event["relay_id"], "receiver": relay.get("to_user")}
        done |= {"mode": relay.get("mode")}
    if change:
        # What it does not hold was left out, though it may have been asked for.
        done |= {name: change.get(name) for name in _BY_KIND.get(event["kind"], ())}
        done["due date"] = as_stored(change["due_at"]) if change.get("due_at") else None
    return done


_BY_KIND = {"progressed": ("progress",), "edited": ("description",)}
"""What a change may hold beside a due date."""
