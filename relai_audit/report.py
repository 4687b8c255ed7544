"""What an audit found, for a person to read or for a program."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from relai_audit.findings import ADVICE, Finding, FindingKind
from relai_audit.subjects import NOBODY
from relai_core.domain.census import Census
from relai_core.domain.ids import TeamId
from relai_core.domain.model import Model
from relai_core.domain.notice import NoticeState
from relai_core.domain.relay import RelayEnd
from relai_core.domain.task import TaskStatus

LISTED = 20
"""Findings of one kind that are shown to a person; a program gets all."""


class Repair(Model):
    """What was done about a finding. `is_mended` says whether nothing is left to do."""

    finding: Finding
    is_mended: bool
    said: str


class Report(Model):
    """Counts of every workspace, how many workflows run, and everything that doesn't fit.

    `refused` says why nothing was repaired, if it should have been and must not; `broken_off` which
    error of the program ended the repairing before its end.
    """

    at: datetime
    workspaces: Mapping[TeamId, Census]
    workflows: int
    findings: tuple[Finding, ...]
    repairs: tuple[Repair, ...] = ()
    refused: str = ""
    broken_off: str = ""

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found, or all of it is mended."""
        mended = sum(repair.is_mended for repair in self.repairs)
        return mended == len(self.findings)


def as_json(report: Report) -> str:
    """One object; each kind of finding that occurs is explained under `advice`."""
    kinds = {finding.kind for finding in report.findings}
    advice = {kind: ADVICE[kind]._asdict() for kind in FindingKind if kind in kinds}
    said = report.model_dump(mode="json") | {"is_clean": report.is_clean, "advice": advice}
    return json.dumps(said, indent=2)


def as_text(report: Report) -> str:
    """A table of counts, then the findings by kind, with what each means and what to do."""
    return "\n".join(_lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield f"RelAI audit, {report.at:%F %H:%M:%S} UTC, {report.workflows} workflows running"
    for team, census in report.workspaces.items():
        yield f"\nWorkspace {team}"
        yield from _table(_rows(census))
    for kind, findings in groupby(report.findings, key=lambda finding: finding.kind):
        yield from _explained(kind, list(findings))
    if report.repairs:
        yield "\nRepaired"
        yield from _bounded([f"{_mark(each)} {each.said}" for each in report.repairs])
    if report.refused:
        yield f"\nNothing was repaired. {report.refused}"
    yield f"\n{_summary(report)}"


def _summary(report: Report) -> str:
    found, mended = len(report.findings), sum(each.is_mended for each in report.repairs)
    if not found:
        return "Nothing found: everything fits together."
    return f"{found} found, {mended} mended" if report.repairs else f"{found} found"


def _rows(census: Census) -> list[tuple[str, str, str, str]]:
    """Name, count, and how it is made up."""
    tasks = {status.value: census.tasks.get(status, 0) for status in TaskStatus}
    tasks["archived"] = census.tasks.get("archived", 0)
    ends = {end.value: census.ended.get(end, 0) for end in RelayEnd}
    ends |= {"still open": census.still_open, "of these in limbo": census.in_limbo}
    states = {state.value: census.notices.get(state, 0) for state in NoticeState}
    return [
        ("tasks", str(census.created), "created", _listed(tasks)),
        ("hand-overs", str(census.opened), "opened", _listed(ends)),
        ("notices", str(sum(states.values())), "in the ledger", _listed(states)),
    ]


def _listed(counts: Mapping[str, int]) -> str:
    return "   ".join(f"{name} {count}" for name, count in counts.items())


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        yield f"  {'  '.join(cells)}".rstrip()


def _explained(kind: FindingKind, findings: Sequence[Finding]) -> Iterator[str]:
    yield f"\n{kind.replace('_', ' ').upper()}: {len(findings)}"
    yield f"  What it means  {ADVICE[kind].meaning}"
    yield f"  What to do     {ADVICE[kind].remedy}"
    yield from _bounded([_line(finding) for finding in findings])


def _line(finding: Finding) -> str:
    is_told = finding.team_id == NOBODY or finding.team_id in finding.subject
    team = "" if is_told else f"[{finding.team_id}] "
    return f"{team}{finding.subject}: {finding.detail}"


def _bounded(lines: Sequence[str]) -> Iterator[str]:
    for line in lines[:LISTED]:
        yield f"    {line}"
    if len(lines) > LISTED:
        yield f"    … and {len(lines) - LISTED} more"


def _mark(repair: Repair) -> str:
    return "mended " if repair.is_mended else "not yet"
