"""Promise 2: a command answered with yes has its effect, once; answered with no it has none."""

from collections.abc import Iterator

from tests.storms.evidence import Evidence, Json, NoticeName, Violation

PROMISE = "saved"
_FAIR = (*range(200, 300), 400, 403, 404, 409, 422, 503)
"""Statuses by which a program knows what to do: done, refused by a rule, or to be sent again."""
_ANSWERED_WITHIN = 3.0 + 1.0  # on a loaded machine
_DONE = {
    "create": ("* is yours", "* is with"),
    "relay": ("owns it. An answer is awaited", "You still own it"),
    "done": ("Done by you",),
    "progress": ("Owner <@",),
}
"""Texts of answers to commands that were carried out."""


def check_commands(evidence: Evidence) -> Iterator[Violation]:
    """Look for the effect of each act, by its request or by the text that only it has."""
    effects = _Effects(evidence)
    (plan,) = evidence.lines("plan")
    for act in evidence.acts():
        about = f"act {act['number']} ({act['kind']})"
        for what in (*_effect_faults(act, effects), *_answer_faults(act, plan["away"])):
            yield Violation(PROMISE, what, about, act)


def requests_of(act: Json) -> set[str]:
    """The ids of an act's request, from the bot's answers or from Slack's trigger."""
    answers = act.get("answers", [])
    named = {(each.get("json") or {}).get("request_id") for each in answers}
    return {str(each) for each in (*named, *(each.get("request") for each in answers)) if each}


def meaning(act: Json, answer: Json) -> str:
    """Read an answer: "done", "saved", "no" if nothing was saved, or empty."""
    if "status" in answer:
        content = answer["json"] or {}
        if 200 <= answer["status"] < 300:
            return "done" if content.get("done") else "saved"
        return "no" if content.get("code") == "unavailable" else ""
    if answer.get("view_outcome") == "closed":
        return "saved"
    said = answer.get("said", "") if answer.get("outcome") == "ok" else ""
    if "so nothing was saved" in said:
        return "no"
    if said.startswith("Saved: "):
        return "saved"
    return "done" if any(words in said for words in _DONE.get(act["kind"], ())) else ""


class _Effects:
    """The contents of store and histories, by request, title, note and reason."""

    def __init__(self, evidence: Evidence) -> None:
        self._events = {event["_id"] for event in evidence.ours("task_events")}
        self._tasks = evidence.tasks()
        self._relays = evidence.ours("relays")
        self._told = {NoticeName.of(key)[2:] for key, _, _ in evidence.messages()}
        self._refused = set(_refused(evidence))

    def of(self, act: Json) -> list[str] | None:
        """The ids of an act's effects; None if it has nothing by which they can be known."""
        if "title" in act:
            return [each["_id"] for each in self._tasks if each["title"] == act["title"]]
        if "note" in act:
            return [each["_id"] for each in self._relays if each["note"] == act["note"]]
        if "reason" in act:
            return [each["_id"] for each in self._relays if each["reason"] == act["reason"]]
        requests = requests_of(act)
        return sorted(requests & self._events) if requests else None

    def refused(self, act: Json) -> str | None:
        """Return "told" or "untold" if an act was refused, else None."""
        names = requests_of(act) | {act[n] for n in ("note", "reason") if n in act}
        moments = {moment for name, moment in self._refused if name in names}
        is_told = any((moment, act["user"]) in self._told for moment in moments)
        return ("told" if is_told else "untold") if moments else None


def _refused(evidence: Evidence) -> Iterator[tuple[str, str]]:
    """Each refusal in the histories: the request, the note or the reason, and its moment."""
    for step in evidence.steps():
        asked, result = step["input"] or {}, step["result"] or {}
        if isinstance(result, dict) and result.get("refusal"):
            wish = asked.get("change") or asked
            names = [wish.get(n) for n in ("id", "request_id", "reason", "note")]
            moments = [wish.get(n) for n in ("id", "request_id", "relay_id")]
            yield from ((name, moment) for name in names for moment in moments if name and moment)


def _effect_faults(act: Json, effects: _Effects) -> Iterator[str]:
    meanings = {meaning(act, answer) for answer in act.get("answers", [])}
    if (there := effects.of(act)) is None:
        return
    if len(there) > 1:
        yield "one request had two effects"
    if "done" in meanings and not there:
        yield "answered with yes, and it has no effect"
    elif "saved" in meanings and not there:
        refused = effects.refused(act)
        if refused is None:
            yield "called saved, and neither carried out nor refused"
        elif refused == "untold" and "asked" not in act:
            yield "called saved, refused, and the person was not told"
    if meanings == {"no"} and there:
        yield "answered with no, and it has an effect"


def _answer_faults(act: Json, away: str | None) -> Iterator[str]:
    answers = act.get("answers", [])
    if any("status" in each and each["status"] not in _FAIR for each in answers):
        yield "a call without a fair answer"
    is_answerable = away is not None and away != "bot"
    if is_answerable and any(each.get("took", 0) > _ANSWERED_WITHIN for each in answers):
        yield "a call was answered late"
    kept = [each["json"] for each in answers if 200 <= each.get("status", 0) < 300]
    if "key" in act and any(each != kept[0] for each in kept):
        yield "two answers to one key"
    for answer in answers:
        text = act.get("title") or act.get("note") or act.get("task")
        if text and "typed" in act and meaning(act, answer) == "no" and text not in answer["said"]:
            yield "a text was not given back"
