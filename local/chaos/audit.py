"""What must hold when all has settled, whatever was killed, lost or refused on the way."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from local.chaos.evidence import ERRORS, TRANSCRIPTS, Evidence, Output, plain, source_name
from local.chaos.plan import BROKEN, tag_of
from local.chaos.provider import ORDERED, PASSING, Ill, Provider
from local.recogniser.scripted import script_for
from shared.model.failure import Failure
from shared.model.failure_texts import AUDIO_REPLACED
from shared.model.job.carrier import stretches
from shared.model.job.job import OVER, Job
from shared.model.recording.recording import Recording

_FORMATS = ("json", "csv", "html")


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
    unchanged: int
    attempts: int
    creates: int
    findings: tuple[Finding, ...]

    @property
    def is_clean(self) -> bool:
        return not any(finding.culprits for finding in self.findings)


def audit(evidence: Evidence, provider: Provider) -> Ledger:
    """The ledger of a run. Every finding without culprits: all is well."""
    case = _Case(evidence, provider)
    states = Counter(row.state for row in evidence.rows)
    registered = {(row.name, row.etag) for row in evidence.rows}
    return Ledger(
        dropped=len(evidence.dropped),
        replaced=sum((d.name, d.etag) not in registered for d in evidence.dropped),
        accepted=len(evidence.rows),
        transcribed=states["transcribed"],
        failed=states["failed"],
        unchanged=states["unchanged"],
        attempts=sum(row.attempt for row in evidence.rows),
        creates=len(evidence.books.creates),
        findings=tuple(Finding(name, tuple(check(case))) for name, check in CHECKS.items()),
    )


class _Case:
    """The evidence, put in order."""

    def __init__(self, evidence: Evidence, provider: Provider) -> None:
        self.e, self.provider = evidence, provider

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
    def jobs(self) -> dict[str, Job]:
        return {job.id: job for job in self.e.jobs}

    def sent_with(self, row: Recording) -> Job | None:
        """The job of its create call: its own, or the carrier of that."""
        own = self.jobs.get(row.job_id or "")
        return self.jobs.get(own.carrier, own) if own is not None and own.carrier else own

    @cached_property
    def ills(self) -> dict[str, Ill]:
        """By the tag of the recording that was to have it."""
        return {trouble.tag: trouble.ill for trouble in self.e.troubles}

    @cached_property
    def marks(self) -> set[str]:
        """Of the jobs that the provider was made to carry out."""
        return {create.mark for create in self.e.books.creates}

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
        if row is not None and row.state == "transcribed" and row.outcome is not None:
            expected.update(_kind_of(path) for path in row.outcome.outputs.values())
        if row is not None and row.error_report is not None:
            expected[_kind_of(row.error_report)] += 1
        for kind, count in (Counter(_kind_of(o.path) for o in outputs) - expected).items():
            whose = _label(row) if row else recording_id or "nobody"
            yield f"{whose}: {count} superfluous {kind}"


def _missing_outputs(case: _Case) -> Iterator[str]:
    """Under the path that the row names, or aside because a newer version took that. The error
    report of a version that was replaced may be gone; outputs of an unchanged one are those of the
    version whose bytes it has."""
    for row in case.e.rows:
        paths = list(row.outcome.outputs.values()) if row.outcome else []
        if row.is_terminal and not paths and not row.error_report:
            yield f"{_label(row)}: {row.state} without outputs"
        if row.error_report and (row.name, row.etag) in case.e.current:
            paths.append(row.error_report)
        owner = row.same_as.recording_id if row.same_as else row.id
        there = Counter(_kind_of(output.path) for output in case.stored.get(owner, ()))
        for path in paths:
            if not there[_kind_of(path)]:
                yield f"{_label(row)}: {path} is not there"


def _created_twice(case: _Case) -> Iterator[str]:
    marks = Counter(create.mark for create in case.e.books.creates)
    for mark, count in marks.items():
        if count > 1:
            yield f"job {mark}: created {count} times"
    for create in case.e.books.creates:
        job = case.jobs.get(create.mark)
        if job is None or job.transcription_id not in create.handles:
            yield f"job {create.mark}: its row does not know {create.handles[0]}"


def _paid_beyond_attempts(case: _Case) -> Iterator[str]:
    paid: Counter[str] = Counter()
    for source, times in case.e.books.paid.items():
        paid[source_name(source)] += times
    for name, times in paid.items():
        rows = case.versions.get(name, ())
        attempts = sum(row.attempt for row in rows if row.state != "unchanged")
        if times > attempts:
            yield f"{name}: transcribed {times} times in {attempts} attempts"


def _attempts_without_cause(case: _Case) -> Iterator[str]:
    """An attempt is used up by what was ordered for the recording, or by a job that was ordered to
    fail and may have carried it; and by a final failure that the provider was kept from telling.
    Broken audio that was put in the place of sound one uses them up where the provider does not say
    what is wrong."""
    ordered = [job for job in case.e.jobs if job.failure and _was_ordered(job.failure)]
    silent = [job for job in case.e.jobs if job.transcription_id in case.e.books.silent]
    for row in case.e.rows:
        if not case.provider.explains and case.kinds(row) & set(BROKEN):
            continue
        name = tag_of(row.name)
        ill = case.ills.get(name)
        struck = case.e.strikes.get(name, 0) // ill.strikes if ill and ill.strikes else 0
        causes = [*ordered, *silent] if ill and ill.final else ordered
        jobs = sum(_spans(job, row) for job in causes)
        if row.attempt - 1 > struck + jobs:
            yield f"{_label(row)}: {row.attempt} attempts"


def _falsely_unchanged(case: _Case) -> Iterator[str]:
    """Another version of its name is transcribed, and holds the same bytes."""
    content = {(d.name, d.etag): d.drop.content for d in case.e.dropped}
    for row in case.e.rows:
        if row.state != "unchanged":
            continue
        twin = case.by_id.get(row.same_as.recording_id) if row.same_as else None
        if twin is None or twin.state != "transcribed" or twin.name != row.name:
            yield f"{_label(row)}: same as nothing"
        elif content[twin.name, twin.etag] != content[row.name, row.etag]:
            yield f"{_label(row)}: not the bytes of {_label(twin)}"


def _orphans(case: _Case) -> Iterator[str]:
    """What can be deleted must not be there; what cannot must be over, and a job's."""
    there = case.e.books.there
    if not case.provider.deletes:
        known = {job.transcription_id for job in case.e.jobs}
        there = tuple(handles for handles in there if not known & set(handles))
    yield from (handles[0] for handles in there)
    if case.e.books.running:
        yield f"{case.e.books.running} not over"


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
    told = tuple(counts.get(key, 0) for key in ("accepted", "transcribed", "failed", "unchanged"))
    if told != (len(expected), states["transcribed"], states["failed"], states["unchanged"]):
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
    for row in case.e.rows:
        if row.state != "failed" or case.kinds(row) & set(BROKEN):
            continue
        causes = (_was_to_fail, _could_not_be_resolved, _was_exchanged)
        if not any(has(row, case) for has in causes):
            yield f"{_label(row)}: {row.failure.reason if row.failure else ''}"


def _was_to_fail(row: Recording, case: _Case) -> bool:
    if row.failure is None:
        return False
    ill, job = case.ills.get(tag_of(row.name)), case.sent_with(row)
    is_final = ill is not None and ill.final
    if ill is not None and is_final and ill.code == row.failure.code:
        return True
    stood_alone = job is not None and job.recordings == 1
    return ORDERED in row.failure.reason and (is_final or stood_alone)


def _could_not_be_resolved(row: Recording, case: _Case) -> bool:
    """Its create call got no answer and was not carried out, which nobody could know."""
    job = case.sent_with(row)
    is_unresolved = job is not None and job.state == "unresolved"
    is_unknown = job is not None and job.id not in case.marks
    return is_unresolved and is_unknown and not case.provider.proves


def _was_exchanged(row: Recording, case: _Case) -> bool:
    """Another sound took its place while it was in work: what was looked at has to be what is
    transcribed."""
    if row.failure is None or row.failure.code != AUDIO_REPLACED.code:
        return False
    versions = [d for d in case.e.dropped if d.name == row.name]
    own = next((d for d in versions if d.etag == row.etag), None)
    return own is not None and any(
        d.order > own.order and d.drop.content != own.drop.content for d in versions
    )


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
    "unchanged, yet different": _falsely_unchanged,
    "orphans at the provider": _orphans,
    "unreported": _unreported,
    "still open": _open,
    "messages left, poison included": _messages_left,
    "secrets in logs or tables": _secrets,
}


def _was_ordered(failure: Failure) -> bool:
    return ORDERED in failure.reason or PASSING in failure.reason


def _spans(job: Job, row: Recording) -> bool:
    return any(
        part.batch_id == row.batch_id and part.first <= row.id <= part.last
        for part in stretches(job)
    )


def _label(row: Recording) -> str:
    return f"{row.name} ({row.id[:8]}, batch {row.batch_id})"


def _kind_of(path: str) -> str:
    """The container and the format: `transcripts vtt`."""
    container = path.partition("/")[0]
    assert container in (TRANSCRIPTS, ERRORS), path
    return f"{container} {path.rpartition('.')[2]}"


def _said(content: bytes) -> str:
    return plain(" ".join(p.text for p in script_for(content).phrases)) if content else ""
