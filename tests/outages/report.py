"""The table at the end of an outage."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from tests.chaos.evidence import Evidence, Json, key_of
from tests.chaos.oracles.answers import Word, word_of
from tests.chaos.oracles.pace import least_between
from tests.chaos.oracles.violation import Violation
from tests.outages.catching_up import caught_up
from tests.outages.judges.reminders import late_ones
from tests.outages.judges.times import away
from tests.scenarios.people import text_of

_SHOWN = 20
_WORDS_SHOWN = 70
_WHISPERED_WITHIN = 2.0
_SENTENCE_END = re.compile(r"[.?\n]")


def report(evidence: Evidence, violations: Sequence[Violation]) -> str:
    """What people tried and heard meanwhile, what came afterwards, and what was broken."""
    return "\n".join(_lines(evidence, violations))


def _lines(evidence: Evidence, violations: Sequence[Violation]) -> Iterator[str]:
    gone = away(evidence)
    tried = tries(evidence)
    yield f"\n{gone.part} away for {(gone.end - gone.begin) / 60:.1f} minutes"
    yield from _rows(_figures(evidence, tried))
    yield from _table("Answers meanwhile", Counter(words_of(evidence, entry) for entry in tried))
    yield from _table("Hand-overs", Counter(str(each["end"]) for each in evidence.ours("relays")))
    yield from _table("Notices", Counter(row["state"] for row in evidence.ours("notices")))
    yield from _memory(evidence)
    yield f"\nViolations: {len(violations)}"
    for violation in violations[:_SHOWN]:
        yield f"  {violation.promise}: {violation.what}: {violation.about}"


def tries(evidence: Evidence) -> list[Json]:
    """What was tried while the part was away, without what nobody could try."""
    gone = away(evidence)
    return [
        entry
        for entry in evidence.lines("act")
        if gone.covers(entry["begun"]) and "nothing" not in entry["answer"]
    ]


def words_of(evidence: Evidence, entry: Json) -> str:
    """What whoever tried it saw, in so few words that equals are counted as such."""
    answer = entry["answer"]
    if "unknown" in answer:
        return "nobody answers at all"
    if "status" in answer:
        return f"API: {answer['status']} {(answer['json'] or {}).get('code', '')}".strip()
    if answer["outcome"] != "ok":
        return f"Slack's own error: {answer['outcome']}"
    said = str(answer["said"]) or _whispered(evidence, entry)
    if word_of(entry["kind"], answer) is Word.DONE:
        return "done"
    return _SENTENCE_END.split(said)[0][:_WORDS_SHOWN]


def _whispered(evidence: Evidence, entry: Json) -> str:
    """What a person who pressed a button is told beside it."""
    inbox = evidence.inboxes[entry["answer"]["user"]]
    words = [message for message in inbox if key_of(message) is None]
    heard = [text_of(m) for m in words if 0 <= float(m["ts"]) - entry["begun"] <= _WHISPERED_WITHIN]
    return min(heard, default="taken without a word", key=len)


def _figures(evidence: Evidence, tried: Sequence[Json]) -> Mapping[str, str]:
    gone = away(evidence)
    came = [at - gone.end for at in caught_up(evidence)]
    longest = max(evidence.histories, key=lambda history: history["events"])
    attempts = max(
        (step["attempt"] for history in evidence.histories for step in history["steps"]), default=0
    )
    least = min(least_between(evidence, user) for user in evidence.inboxes)
    yes = sum(word_of(each["kind"], each["answer"]) in (Word.DONE, Word.SAVED) for each in tried)
    return {
        "tried meanwhile": str(len(tried)),
        "of these answered yes": str(yes),
        "slowest answer, s": f"{max((entry['took'] for entry in tried), default=0):.1f}",
        "first yes after the return, s": _first_yes(evidence, gone.end),
        "messages caught up": str(len(came)),
        "the last of them after, s": f"{max(came, default=0):.0f}",
        "least between two to one person, s": f"{least:.2f}",
        "reminders labelled late": str(len(late_ones(evidence))),
        "most attempts at one step": str(attempts),
        "longest history, events": f"{longest['events']} ({longest['type']})",
    }


def _first_yes(evidence: Evidence, back: float) -> str:
    firsts = {line["kind"]: line["at"] - back for line in evidence.lines("first_yes")}
    return f"{firsts['create']:.1f} in chat, {firsts['api_create']:.1f} by API"


def _memory(evidence: Evidence) -> Iterator[str]:
    """What each part held at the beginning, at most, and at the end."""
    samples = evidence.lines("memory")
    yield "\nMemory, MiB: at first, at most, at last"
    for part in samples[0]["sizes"]:
        sizes = [sample["sizes"][part] for sample in samples if part in sample["sizes"]]
        yield f"  {part:<32}{sizes[0]:>6}{max(sizes):>6}{sizes[-1]:>6}"


def _rows(figures: Mapping[str, str]) -> Iterator[str]:
    for name, figure in figures.items():
        yield f"  {name:<32}{figure:>6}"


def _table(title: str, counts: Mapping[str, int]) -> Iterator[str]:
    yield f"\n{title}: {sum(counts.values())}"
    for name, count in sorted(counts.items(), key=lambda row: (-row[1], row[0])):
        yield f"  {name:<{_WORDS_SHOWN}}{count:>6}"
