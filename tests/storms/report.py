"""The report at the end of a storm."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tests.storms.checks.commands import meaning
from tests.storms.evidence import Evidence, Violation

_SHOWN = 20


def report(evidence: Evidence, violations: Sequence[Violation]) -> str:
    """List the acts, the faults, the notices and the violations."""
    return "\n".join(_lines(evidence, violations))


def _lines(evidence: Evidence, violations: Sequence[Violation]) -> Iterator[str]:
    (plan,) = evidence.lines("plan")
    payloads = "encrypted" if plan["is_encrypted"] else "plain"
    away = f", {plan['away']} away" if plan["away"] else ""
    yield f"Seed {plan['seed']}: {plan['seconds']:g} s, {plan['transport']}, {payloads}{away}"
    acts, rows = evidence.acts(), evidence.ours("notices")
    unknown = [act for act in acts if all("unknown" in each for each in act.get("answers", []))]
    seen = Counter(key for key, _, _ in evidence.messages())
    yield from _table("acts", Counter(act["kind"] for act in acts))
    yield f"acts without an answer: {len(unknown)}"
    faults = [f"{each['kind']} {each['way'] or each['target']}" for each in evidence.lines("fault")]
    yield from _table("faults", Counter(faults))
    yield from _table("relays", Counter(str(relay["end"]) for relay in evidence.ours("relays")))
    yield from _table("notices", Counter(row["state"] for row in rows))
    yield f"ambiguous notices: {sum(row['unknown_since'] is not None for row in rows)}"
    yield f"notices seen twice: {sum(times > 1 for times in seen.values())}"
    yield from _table("workflow runs", Counter(each["status"] for each in evidence.histories))
    yield f"texts searched for secrets: {sum(evidence.searched.values())}"
    if plan["away"]:
        yield from _outage(evidence)
    yield f"violations: {len(violations)}"
    for violation in violations[:_SHOWN]:
        yield f"  {violation.promise}: {violation.what}: {violation.about}"


def _table(title: str, counts: Mapping[str, int]) -> Iterator[str]:
    named = ", ".join(f"{name} {count}" for name, count in sorted(counts.items()))
    yield f"{title}: {sum(counts.values())} ({named})"


def _outage(evidence: Evidence) -> Iterator[str]:
    gone = min(entry["at"] for entry in evidence.lines("gone"))
    back = max(entry["at"] for entry in evidence.lines("back"))
    tried = [act for act in evidence.acts() if gone <= act["begun"] < back]
    words = Counter(
        meaning(act, act["answers"][0]) or "other" for act in tried if act.get("answers")
    )
    yield from _table("first answers while it was away", words)
    came = [float(message["ts"]) - back for key, _, message in evidence.messages()]
    planned = [row for row in evidence.ours("notices") if row["notice"]["planned_at"] < back]
    late = sum((row["settled_at"] or 0) >= back for row in planned)
    yield f"messages held up: {late}; the last message came {max(came, default=0):.0f} s after"
