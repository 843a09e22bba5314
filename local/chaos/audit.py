"""What must hold when all has settled, whatever was killed, lost or refused on the way."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from local.chaos.evidence import (
    ERRORS,
    TRANSCRIPTS,
    Evidence,
    Output,
    source_name,
)
from local.chaos.plan import BROKEN, ORDERED, tag_of
from local.recogniser.scripted import script_for
from shared.model.job import OVER
from shared.model.recording import Recording

_FORMATS = ("json", "csv", "html")
_STRIKES_FOR_ATTEMPT = {"drop_result": 1, "missing_result": 3, "malformed_result": 3}


@dataclass(frozen=True)
class Finding:
    """One line of the ledger: what must not be, and where it is all the same."""

    name: str
    culprits: tuple[str, ...]


@dataclass(frozen=True)
class Ledger:
    """`replaced` are versions that another one took the place of before anybody saw them."""

    dropped: int
    replaced: int
    accepted: int
    transcribed: int
    failed: int
    attempts: int
    creates: int
    findings: tuple[Finding, ...]

    @property
    def is_clean(self) -> bool:
        return not any(finding.culprits for finding in self.findings)


def audit(evidence: Evidence) -> Ledger:
    """The ledger of a run. Every finding without culprits: all is well."""
    case = _Case(evidence)
    states = Counter(row.state for row in evidence.rows)
    registered = {(row.name, row.etag) for row in evidence.rows}
    return Ledger(
        dropped=len(evidence.dropped),
        replaced=sum((d.name, d.etag) not in registered for d in evidence.dropped),
        accepted=len(evidence.rows),
        transcribed=states["transcribed"],
        failed=states["failed"],
        attempts=sum(row.attempt for row in evidence.rows),
        creates=len(evidence.ledger["creates"]),
        findings=tuple(Finding(name, tuple(check(case))) for name, check in CHECKS.items()),
    )


class _Case:
    """The evidence, put in order."""

    def __init__(self, evidence: Evidence) -> None:
        self.e = evidence

    @cached_property
    def versions(self) -> dict[str, list[Recording]]:
        """Rows by the name of their blob."""
        found: defaultdict[str, list[Recording]] = defaultdict(list)
        for row in self.e.rows:
            found[row.name].append(row)
        return found

    @cached_property
    def by_id(self) -> dict[str, Recording]:
        return {row.id: row for row in self.e.rows}

    @cached_property
    def stored(self) -> dict[str, list[Output]]:
        """Outputs by the recording that they say they are of."""
        found: defaultdict[str, list[Output]] = defaultdict(list)
        for output in self.e.outputs:
            found[output.recording_id].append(output)
        return found

    def kinds(self, row: Recording) -> set[str]:
        """What this version holds, and the later ones, which the provider may have read instead:
        a link leads to whatever is there when it is followed."""
        versions = {d.etag: d for d in self.e.dropped if d.name == row.name}
        own = versions[row.etag]
        return {d.drop.kind for d in versions.values() if d.order >= own.order}

    def own_kind(self, row: Recording) -> str:
        return next(d.drop.kind for d in self.e.dropped if (d.name, d.etag) == (row.name, row.etag))


def _lost(case: _Case) -> Iterator[str]:
    registered = {(row.name, row.etag) for row in case.e.rows}
    for name, etag in sorted(case.e.current - registered):
        yield f"{name} {etag}: not registered"
    for row in case.e.rows:
        if not row.is_terminal:
            yield f"{_label(row)}: {row.state}"


def _registered_twice(case: _Case) -> Iterator[str]:
    seen = Counter((row.name, row.etag) for row in case.e.rows)
    for (name, etag), count in seen.items():
        if count > 1:
            yield f"{name} {etag}: {count} rows"


def _superfluous_outputs(case: _Case) -> Iterator[str]:
    for recording_id, outputs in case.stored.items():
        row = case.by_id.get(recording_id)
        expected = Counter[str]()
        if row is not None and row.outcome is not None:
            expected.update(_kind_of(path) for path in row.outcome.outputs.values())
        if row is not None and row.error_report is not None:
            expected[_kind_of(row.error_report)] += 1
        for kind, count in (Counter(_kind_of(o.path) for o in outputs) - expected).items():
            whose = _label(row) if row else recording_id or "nobody"
            yield f"{whose}: {count} superfluous {kind}"


def _missing_outputs(case: _Case) -> Iterator[str]:
    """Under the path that the row names, or aside because a newer version took that."""
    for row in case.e.rows:
        paths = list(row.outcome.outputs.values()) if row.outcome else []
        paths += [row.error_report] if row.error_report else []
        if row.is_terminal and not paths:
            yield f"{_label(row)}: {row.state} without outputs"
        there = Counter(_kind_of(output.path) for output in case.stored.get(row.id, ()))
        for path in paths:
            if not there[_kind_of(path)]:
                yield f"{_label(row)}: {path} is not there"


def _created_twice(case: _Case) -> Iterator[str]:
    marks = Counter(create["displayName"] for create in case.e.ledger["creates"])
    for mark, count in marks.items():
        if count > 1:
            yield f"job {mark}: created {count} times"
    ids = {job.id: job.transcription_id for job in case.e.jobs}
    for create in case.e.ledger["creates"]:
        if ids.get(create["displayName"]) != create["id"]:
            yield f"job {create['displayName']}: its row does not know {create['id']}"


def _paid_beyond_attempts(case: _Case) -> Iterator[str]:
    paid: Counter[str] = Counter()
    for source, times in case.e.ledger["transcribed"].items():
        paid[source_name(source)] += times
    for name, times in paid.items():
        attempts = sum(row.attempt for row in case.versions.get(name, ()))
        if times > attempts:
            yield f"{name}: transcribed {times} times in {attempts} attempts"


def _attempts_without_cause(case: _Case) -> Iterator[str]:
    """An attempt is used up by what was ordered for the recording, or by a job of its batch that
    failed as a whole."""
    troubles = {
        trouble.tag: case.e.strikes.get(trouble.tag, 0) // _STRIKES_FOR_ATTEMPT[trouble.kind]
        for trouble in case.e.troubles
        if trouble.kind in _STRIKES_FOR_ATTEMPT
    }
    failed_jobs = Counter(job.batch_id for job in case.e.jobs if job.failure is not None)
    for row in case.e.rows:
        if row.attempt - 1 > troubles.get(tag_of(row.name), 0) + failed_jobs[row.batch_id]:
            yield f"{_label(row)}: {row.attempt} attempts"


def _orphans(case: _Case) -> Iterator[str]:
    yield from case.e.ledger["live"]


def _unreported(case: _Case) -> Iterator[str]:
    expected: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for row in case.e.rows:
        expected[row.batch_id][row.id] = row.state
    for batch_id in case.e.batches:
        missing = [f for f in _FORMATS if f"{batch_id}.{f}" not in case.e.report_names]
        if missing:
            yield f"batch {batch_id}: no report as {', '.join(missing)}"
        if batch_id in case.e.reports:
            yield from _report_amiss(case, batch_id, expected[batch_id])
    for batch_id in case.e.reports.keys() - set(case.e.batches):
        yield f"report {batch_id}: of no batch"


def _report_amiss(case: _Case, batch_id: str, expected: dict[str, str]) -> Iterator[str]:
    report = case.e.reports[batch_id]
    listed = [(item["recording_id"], item["state"]) for item in report["recordings"]]
    for recording_id, state in expected.items():
        if listed.count((recording_id, state)) != 1:
            yield f"{_label(case.by_id[recording_id])}: not once as {state} in its report"
    counts, states = report["counts"], Counter(expected.values())
    told = (counts["accepted"], counts["transcribed"], counts["failed"])
    if told != (len(expected), states["transcribed"], states["failed"]):
        yield f"batch {batch_id}: the report counts {told}, the table {dict(states)}"


def _open(case: _Case) -> Iterator[str]:
    yield from (f"batch {batch_id}" for batch_id in case.e.open_batches)
    yield from (f"active entry of job {job_id}" for job_id in case.e.active)
    yield from (f"job {job.id}: {job.state}" for job in case.e.jobs if job.state not in OVER)


def _messages_left(case: _Case) -> Iterator[str]:
    yield from (f"{name}: {count}" for name, count in case.e.queues.items() if count)


def _secrets(case: _Case) -> Iterator[str]:
    yield from case.e.leaks


def _failed_without_cause(case: _Case) -> Iterator[str]:
    ordered = {t.tag for t in case.e.troubles if t.kind == "fail_recording"}
    sizes = {job.id: job.recordings for job in case.e.jobs}
    for row in case.e.rows:
        if row.state != "failed" or case.kinds(row) & set(BROKEN):
            continue
        reason = row.failure.reason if row.failure else ""
        stood_alone = row.job_id is not None and sizes.get(row.job_id) == 1
        if not (ORDERED in reason and (tag_of(row.name) in ordered or stood_alone)):
            yield f"{_label(row)}: {reason}"


def _broken_transcribed(case: _Case) -> Iterator[str]:
    for row in case.e.rows:
        if row.state == "transcribed" and case.own_kind(row) != "good":
            yield f"{_label(row)}: {case.own_kind(row)}"


def _wrong_words(case: _Case) -> Iterator[str]:
    """A transcript has to say what its own audio says, or that of a version that came later."""
    for row in case.e.rows:
        if row.outcome is None:
            continue
        own = next(d.order for d in case.e.dropped if (d.name, d.etag) == (row.name, row.etag))
        possible = {
            _said(d.drop.content) for d in case.e.dropped if d.name == row.name and d.order >= own
        }
        for output in case.stored.get(row.id, ()):
            if case.e.words.get(output.path, next(iter(possible))) not in possible:
                yield f"{_label(row)}: {output.path}"


CHECKS: dict[str, Callable[[_Case], Iterator[str]]] = {
    "lost": _lost,
    "registered twice": _registered_twice,
    "outputs beyond the row's": _superfluous_outputs,
    "outputs missing": _missing_outputs,
    "words of another recording": _wrong_words,
    "create calls beyond the necessary": _created_twice,
    "transcribed beyond the attempts": _paid_beyond_attempts,
    "attempts without cause": _attempts_without_cause,
    "failed without cause": _failed_without_cause,
    "broken, yet transcribed": _broken_transcribed,
    "orphans at the provider": _orphans,
    "unreported": _unreported,
    "still open": _open,
    "messages left, poison included": _messages_left,
    "secrets in logs or tables": _secrets,
}


def _label(row: Recording) -> str:
    return f"{row.name} ({row.id[:8]}, batch {row.batch_id})"


def _kind_of(path: str) -> str:
    """The container and the format: `transcripts vtt`."""
    container = path.partition("/")[0]
    assert container in (TRANSCRIPTS, ERRORS), path
    return f"{container} {path.rpartition('.')[2]}"


def _said(content: bytes) -> str:
    return " ".join(p.text for p in script_for(content).phrases) if content else ""
