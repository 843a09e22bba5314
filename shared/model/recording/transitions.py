"""What may become of a recording: every change of its state is one of these functions, and `STEPS`
the table of them. The drawing is in `recording.py`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from shared.model.failure import Failure
from shared.model.recording.fingerprint import Twin
from shared.model.recording.outcome import Outcome, Transcribed
from shared.model.recording.recording import Recording, State, with_notes
from shared.model.state_machine import Steps, after_step

STEPS: Steps[State] = {
    "planned": (frozenset({"waiting"}), "planned"),
    "asked_again": (frozenset({"planned"}), "planned"),
    "waiting_again": (frozenset({"planned", "failed"}), "waiting"),
    "transcribed": (frozenset({"waiting", "planned"}), "transcribed"),
    "failed": (frozenset({"waiting", "planned", "failed"}), "failed"),
    "unchanged": (frozenset({"waiting"}), "unchanged"),
    "asked_to_prepare": (frozenset({"waiting"}), "waiting"),
    "preparing": (frozenset({"waiting"}), "waiting"),
    "prepared": (frozenset({"waiting"}), "waiting"),
}


def awaiting_companion(row: Recording, said: Iterable[str], now: datetime) -> Recording:
    """As its profile wants it, if it does. What was `said` for it alone is kept with it."""
    row = msgspec.structs.replace(row, said=tuple(sorted(said)))
    if not row.profile.companions:
        return row
    due_at = now + timedelta(seconds=row.profile.companion_wait_seconds)
    return msgspec.structs.replace(row, companion_due_at=due_at)


def planned(row: Recording, job_id: str, index: int, now: datetime) -> Recording:
    """In a job, at this position of its create call."""
    return _to(row, "planned", job_id=job_id, job_index=index, not_before_at=None, changed_at=now)


def asked_again(row: Recording, now: datetime) -> Recording:
    """Its result could not be read, and is asked for once more."""
    return _to(row, "asked_again", fetches=row.fetches + 1, changed_at=now)


def unread(row: Recording, now: datetime) -> Recording:
    """What there is makes no sense, and is asked for once more. The first time counts."""
    return asked_again(
        msgspec.structs.replace(row, unread_since_at=row.unread_since_at or now), now
    )


def stuck(row: Recording, now: datetime) -> Recording:
    """Something keeps its result from being read or stored. The first time counts."""
    return msgspec.structs.replace(row, stuck_since_at=row.stuck_since_at or now)


def waiting_again(
    row: Recording,
    now: datetime,
    *,
    attempt: int,
    not_before_at: datetime | None = None,
    cohort: str | None = None,
) -> Recording:
    """Back in line for a job. What is committed stays so, and is not for what comes: who was
    certainly not sent gets its money back first."""
    return _to(
        row,
        "waiting_again",
        attempt=attempt,
        fetches=0,
        job_id=None,
        job_index=None,
        cohort=row.cohort if cohort is None else cohort,
        cleared=None,
        stuck_since_at=None,
        unread_since_at=None,
        not_before_at=not_before_at,
        changed_at=now,
    )


def asked_to_prepare(row: Recording, now: datetime) -> Recording:
    """Somebody is to make its copy; the message is sent after this."""
    before = row.preparation
    assert before is not None
    tries = 0 if before.made_at else before.tries
    preparation = msgspec.structs.replace(before, asked_at=now, made_at=None, tries=tries)
    return _to(row, "asked_to_prepare", preparation=preparation)


def preparing(row: Recording, tries: int = 1) -> Recording:
    """Somebody begins; or did not, after all, through no fault of its own: then `tries` is -1."""
    assert row.preparation is not None
    preparation = msgspec.structs.replace(row.preparation, tries=row.preparation.tries + tries)
    return _to(row, "preparing", preparation=preparation)


def prepared(row: Recording, copy: str | None, now: datetime, *notes: str) -> Recording:
    """All that was to be done with its audio is done. `copy` is the name of the blob that its
    provider gets, None where it reads the recording as it is after all."""
    preparation = row.preparation if copy is not None else None
    if preparation is not None:
        preparation = msgspec.structs.replace(preparation, made_at=now)
    return _to(
        row,
        "prepared",
        preparation=preparation,
        copy=copy,
        notes=with_notes(row.notes, notes),
        changed_at=now,
    )


def looked_at_again(row: Recording, found: Recording) -> Recording:
    """A recording that was refused, with what was `found` in its place now. It still failed."""
    return msgspec.structs.replace(
        found,
        state=row.state,
        registered_at=row.registered_at,
        hold=row.hold,
        removal=row.removal,
        version=row.version,
    )


def transcribed(row: Recording, outcome: Outcome, source: Transcribed, now: datetime) -> Recording:
    """Its outputs are stored."""
    return _to(
        row,
        "transcribed",
        changed_at=now,
        not_before_at=None,
        endpoint=source.endpoint,
        transcription_id=source.transcription_id,
        submitted_at=source.submitted_at,
        outcome=outcome,
    )


def unchanged(row: Recording, twin: Recording, now: datetime) -> Recording:
    """Its bytes are those of `twin`, which is transcribed: so are its outputs, and nothing was paid
    for them again."""
    outcome = twin.outcome
    return _to(
        row,
        "unchanged",
        changed_at=now,
        not_before_at=None,
        same_as=Twin(batch_id=twin.batch_id, recording_id=twin.id),
        outcome=msgspec.structs.replace(outcome, cost=None) if outcome else None,
    )


def failed(row: Recording, failure: Failure, error_report: str, now: datetime) -> Recording:
    """Its error report is stored, at that path."""
    return _to(row, "failed", failure=failure, error_report=error_report, changed_at=now)


def _to(row: Recording, step: str, **changes: Any) -> Recording:
    state = after_step(STEPS, step, row.state, f"recording {row.id}")
    return msgspec.structs.replace(row, state=state, **changes)
