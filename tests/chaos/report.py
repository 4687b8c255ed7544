"""The table at the end of a run."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tests.chaos.evidence import Evidence, Json
from tests.chaos.oracles.faults import was_in_vain
from tests.chaos.oracles.notices import times_seen, was_ambiguous
from tests.chaos.oracles.presses import presses_excused
from tests.chaos.oracles.violation import PROMISES, Violation
from tests.chaos.parts import PARTS

_SHOWN = 20


def report(evidence: Evidence, violations: Sequence[Violation]) -> str:
    """What was done, what broke, and which promise was not kept."""
    return "\n".join(_lines(evidence, violations))


def _lines(evidence: Evidence, violations: Sequence[Violation]) -> Iterator[str]:
    (asked,) = evidence.lines("plan")
    payloads = "encrypted" if asked.get("is_encrypted") else "plain"
    how = f"over {asked['transport']}, {payloads} payloads"
    yield f"\nSeed {asked['seed']}: {asked['seconds']:g} s of chaos {how}"
    yield from _table("Operations", _operations(evidence))
    yield from _table("Of which nobody knows what came", _unknown(evidence))
    yield from _table("Kills (-9)", {part: _faults(evidence, "kill")[part] for part in PARTS})
    yield from _table("Stopped and continued", _faults(evidence, "pause"))
    yield from _table("Restarted with other keys", _faults(evidence, "keys"))
    yield from _table("Connections", _ways(evidence, "link"))
    yield from _table("Slack's answers", _ways(evidence, "slack"))
    yield from _table("Slack's deliveries", _ways(evidence, "delivery"))
    yield from _table("Slack's sockets", _ways(evidence, "sockets"))
    yield from _table("Stored", {name: len(evidence.ours(name)) for name in _STORED})
    yield from _table("Notices", _notices(evidence))
    yield from _table("Ambiguous notices", _ambiguous(evidence))
    yield from _table("Audits", _audits(evidence))
    yield from _table("Searched for secrets", _searched(evidence))
    yield from _table("Let pass", {"presses whose word was lost": presses_excused(evidence)})
    broken = Counter(violation.promise for violation in violations)
    yield from _table("Violations", {promise: broken[promise] for promise in PROMISES})
    for violation in violations[:_SHOWN]:
        yield f"  {violation.promise}: {violation.what}: {violation.about}"


_STORED = ("tasks", "relays", "task_events", "notices")


def _table(title: str, rows: Mapping[str, int]) -> Iterator[str]:
    yield f"\n{title}: {sum(rows.values())}"
    for name, count in sorted(rows.items(), key=lambda row: (-row[1], row[0])):
        yield f"  {name:<32}{count:>6}"


def _operations(evidence: Evidence) -> Mapping[str, int]:
    return Counter(act["kind"] for act in _done(evidence) if not _is_unknown(act["answer"]))


def _unknown(evidence: Evidence) -> Mapping[str, int]:
    """Acts whose answer nobody heard: what came of them is judged by their marks."""
    return Counter(act["kind"] for act in _done(evidence) if _is_unknown(act["answer"]))


def _done(evidence: Evidence) -> list[Json]:
    return [entry for entry in evidence.lines("act") if "nothing" not in entry["answer"]]


def _is_unknown(answer: Json) -> bool:
    if sides := [answer[side] for side in ("accepted", "taken_back") if side in answer]:
        return all(map(_is_unknown, sides))
    return all("unknown" in each for each in (answer, *answer.get("again", [])))


def _faults(evidence: Evidence, kind: str) -> Counter[str]:
    return Counter(each["target"] for each in _hits(evidence, kind))


def _ways(evidence: Evidence, kind: str) -> Counter[str]:
    return Counter(each["way"] for each in _hits(evidence, kind))


def _hits(evidence: Evidence, kind: str) -> list[Json]:
    """The faults of a kind that were carried out."""
    return [
        fault
        for fault in evidence.lines("fault")
        if fault["kind"] == kind and not was_in_vain(evidence, fault)
    ]


def _notices(evidence: Evidence) -> Mapping[str, int]:
    return Counter(row["state"] for row in evidence.ours("notices"))


def _searched(evidence: Evidence) -> Mapping[str, int]:
    counts: Counter[str] = Counter()
    for place, count in (evidence.searched_in or {}).items():
        counts[place.partition(" of ")[0]] += count
    return counts


def _audits(evidence: Evidence) -> Mapping[str, int]:
    """How many could look, and what they found in the storm."""
    looked = [entry for entry in evidence.lines("audit") if not entry["at_rest"]]
    found = Counter(
        f"found {each['kind']}"
        for entry in looked
        for each in entry["findings"]
        if each["team_id"] == evidence.team
    )
    unable = len(evidence.lines("audit_unable"))
    return {"looked": len(looked), "a server was away": unable, **found}


def _ambiguous(evidence: Evidence) -> Mapping[str, int]:
    """What became of those of which nobody knew for a while whether Slack had them."""
    seen = times_seen(evidence)
    rows = [row for row in evidence.ours("notices") if was_ambiguous(row)]
    return Counter(f"{row['state']}, seen {seen[row['_id']]} times" for row in rows)
