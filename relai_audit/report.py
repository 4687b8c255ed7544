"""The report of an audit, as text for a person and as JSON for a program."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from relai_audit.findings import ADVICE, Finding, FindingKind
from relai_core.domain.ids import TeamId
from relai_core.domain.model import Model
from relai_core.domain.notice import NoticeState
from relai_core.domain.relay import RelayEnd
from relai_core.domain.task import TaskStatus
from relai_core.store.audit import Counts

LISTED = 20
"""Findings of one kind that the text shows; the JSON has all."""

_COUNTED: Mapping[str, Sequence[str]] = {
    "tasks": (*TaskStatus, "archived"),
    "relays": (*RelayEnd, "open"),
    "notices": tuple(NoticeState),
}


class Repair(Model):
    """An attempt to repair a finding; `is_repaired` if nothing is left to do."""

    finding: Finding
    is_repaired: bool
    text: str


class Report(Model):
    """Counts of each workspace, how many workflows run, the findings, and what was repaired.

    `stopped` says why nothing was repaired, or why repairing ended before its end.
    """

    at: datetime
    workspaces: Mapping[TeamId, Counts]
    workflows: int
    findings: tuple[Finding, ...]
    repairs: tuple[Repair, ...] = ()
    stopped: str = ""

    @property
    def is_clean(self) -> bool:
        """True if nothing was found, or everything that was found is repaired."""
        return sum(each.is_repaired for each in self.repairs) == len(self.findings)


def as_json(report: Report) -> str:
    """One object, with advice for each kind of finding that occurs."""
    kinds = {finding.kind for finding in report.findings}
    advice = {kind: ADVICE[kind]._asdict() for kind in FindingKind if kind in kinds}
    fields = report.model_dump(mode="json") | {"is_clean": report.is_clean, "advice": advice}
    return json.dumps(fields, indent=2)


def as_text(report: Report) -> str:
    """The counts, then the findings by kind, with what each means and what to do."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield f"RelAI audit, {report.at:%F %H:%M:%S} UTC, {report.workflows} workflows running"
    for team, counts in report.workspaces.items():
        yield f"\nWorkspace {team}"
        for name, values in _COUNTED.items():
            yield _counted(name, values, counts.get(name, {}))
    for kind, findings in groupby(report.findings, key=lambda finding: finding.kind):
        yield from _explained(kind, list(findings))
    if report.repairs:
        yield "\nRepairs"
        yield from _listed(f"{_mark(each)}  {each.text}" for each in report.repairs)
    yield f"\n{_summary(report)}"


def _counted(name: str, values: Sequence[str], counts: Mapping[str, int]) -> str:
    parts = "   ".join(f"{value} {counts.get(value, 0)}" for value in values)
    return f"  {name:8}{sum(counts.values()):6}   {parts}"


def _explained(kind: FindingKind, findings: Sequence[Finding]) -> Iterator[str]:
    yield f"\n{kind.replace('_', ' ').upper()}: {len(findings)}"
    yield f"  Meaning     {ADVICE[kind].meaning}"
    yield f"  What to do  {ADVICE[kind].remedy}"
    yield from _listed(f"{finding.subject}: {finding.detail}" for finding in findings)


def _listed(lines: Iterable[str]) -> Iterator[str]:
    every = list(lines)
    yield from (f"    {line}" for line in every[:LISTED])
    if len(every) > LISTED:
        yield f"    … and {len(every) - LISTED} more"


def _mark(repair: Repair) -> str:
    return "repaired" if repair.is_repaired else "left    "


def _summary(report: Report) -> str:
    found, repaired = len(report.findings), sum(each.is_repaired for each in report.repairs)
    if not found:
        return "Nothing found."
    return f"{found} found, {repaired} repaired" if report.repairs else f"{found} found"
